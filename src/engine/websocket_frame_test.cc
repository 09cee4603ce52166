#include "engine/websocket_frame.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <vector>

namespace shootout::engine {
namespace {

using Event = WebSocketReader::Event;

constexpr unsigned kFin = 0x80, kText = 0x1, kBinary = 0x2, kClose = 0x8, kPing = 0x9, kPong = 0xa;

std::string bytes_of(std::initializer_list<unsigned> values) {
  std::string bytes;
  for (const unsigned value : values) bytes += static_cast<char>(value);
  return bytes;
}

/// `size` in so many bytes, the highest first.
std::string number_of(std::uint64_t size, int bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(static_cast<unsigned char>(size >> (8 * bytes)));
  return text;
}

/// A server's frame with the shortest length.
std::string frame(unsigned first, const std::string& payload = {}) {
  std::string bytes = bytes_of({first});
  if (payload.size() < 126) {
    bytes += number_of(payload.size(), 1);
  } else if (payload.size() < 65536) {
    bytes += bytes_of({126}) + number_of(payload.size(), 2);
  } else {
    bytes += bytes_of({127}) + number_of(payload.size(), 8);
  }
  return bytes + payload;
}

std::string close_frame(unsigned code, const std::string& reason = {}) {
  return frame(kFin | kClose, number_of(code, 2) + reason);
}

/// What came of all pieces, told so that a split inside a message does not show: "text[hi] ping[x] close[1000
/// ]". `closed`: the peer closes after them.
std::string told(const std::vector<std::string_view>& pieces, bool closed = false) {
  WebSocketReader reader;
  reader.begin();
  std::string story, message;
  Event event = Event::more;
  const auto tell = [&] {
    switch (event) {
      case Event::more:
        break;
      case Event::piece:
        EXPECT_FALSE(reader.data().empty());
        message += reader.data();
        break;
      case Event::message:
        story += fmt::format("{}[{}] ", reader.is_text() ? "text" : "binary", message);
        message.clear();
        break;
      case Event::ping:
      case Event::pong:
        story += fmt::format("{}[{}] ", event == Event::ping ? "ping" : "pong", reader.data());
        break;
      case Event::close:
        story += fmt::format("close[{} {}] ", reader.close_code(), reader.data());
        break;
      case Event::failed:
        story += fmt::format("after '{}': {}", message, reader.failure());
        break;
    }
  };
  for (const std::string_view piece : pieces) {
    const std::string copy(piece);  // freed after its turn: the sanitizer sees what the reader keeps of it
    std::string_view input = copy;
    while ((event = reader.next(input)) != Event::more && event != Event::failed) tell();
    if (event == Event::failed) break;
    EXPECT_TRUE(input.empty());
  }
  if (event != Event::failed && closed) event = reader.end_of_input();
  tell();
  return story;
}

/// Every split of two, and byte by byte; of long inputs the splits of their first and last 300 bytes.
void in_every_split(const std::string& bytes,
                    const std::function<void(const std::vector<std::string_view>&)>& use) {
  const std::string_view all = bytes;
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    if (cut > 300 && cut + 300 < all.size()) continue;
    use({all.substr(0, cut), all.substr(cut)});
  }
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < all.size(); ++i) single.push_back(all.substr(i, 1));
  use(single);
}

struct FrameCase {
  std::string name, bytes, story;
  bool closed = false;
};

void expect_in_every_split(const std::vector<FrameCase>& cases) {
  for (const auto& [name, bytes, story, closed] : cases) {
    SCOPED_TRACE(name);
    ASSERT_EQ(told({bytes}, closed), story);
    in_every_split(bytes, [&](const auto& pieces) {
      ASSERT_EQ(told(pieces, closed), story) << "cut after " << pieces.front().size();
    });
  }
}

TEST(WebSocketReader, ReadsEveryLegalSequenceInEverySplit) {
  const std::string euro = "\xe2\x82\xac";
  const std::string medium(126, 'm'), large(65535, 'l'), huge(65536, 'h');
  expect_in_every_split({
      {"text", frame(kFin | kText, "Hello"), "text[Hello] "},
      {"binary that is no text", frame(kFin | kBinary, "\xff\xfe"), "binary[\xff\xfe] "},
      {"empty messages", frame(kFin | kText) + frame(kFin | kBinary), "text[] binary[] "},
      {"125 bytes", frame(kFin | kText, medium.substr(1)), "text[" + medium.substr(1) + "] "},
      {"126 bytes", frame(kFin | kText, medium), "text[" + medium + "] "},
      {"65535 bytes", frame(kFin | kBinary, large), "binary[" + large + "] "},
      {"65536 bytes", frame(kFin | kText, huge), "text[" + huge + "] "},
      {"fragments", frame(kText, "Hel") + frame(0, "l") + frame(kFin, "o"), "text[Hello] "},
      {"empty fragments", frame(kBinary) + frame(0) + frame(0, "x") + frame(kFin), "binary[x] "},
      {"a sequence cut by fragments",
       frame(kText, euro.substr(0, 1)) + frame(0) + frame(0, euro.substr(1, 1)) + frame(kFin, euro.substr(2)),
       "text[" + euro + "] "},
      {"control frames between fragments",
       frame(kText, "a") + frame(kFin | kPing, "p") + frame(0, "b") + frame(kFin | kPong, "q") +
           frame(kFin, "c"),
       "ping[p] pong[q] text[abc] "},
      {"a ping that holds no text, inside a sequence",
       frame(kText, euro.substr(0, 2)) + frame(kFin | kPing, "\xff") + frame(kFin, euro.substr(2)),
       "ping[\xff] text[" + euro + "] "},
      {"pings one after the other",
       frame(kFin | kPing) + frame(kFin | kPing, medium.substr(1)) + frame(kFin | kPing, "z"),
       "ping[] ping[" + medium.substr(1) + "] ping[z] "},
      {"close", close_frame(1000), "close[1000 ] "},
      {"close without a code", frame(kFin | kClose), "close[1005 ] "},
      {"close with a reason", frame(kFin | kText, "x") + close_frame(1001, "going " + euro),
       "text[x] close[1001 going " + euro + "] "},
      {"the longest reason", close_frame(4999, medium.substr(3)), "close[4999 " + medium.substr(3) + "] "},
      {"close inside a message", frame(kText, "x") + close_frame(1011), "close[1011 ] "},
      {"the connection ends after close", close_frame(1001, "bye"), "close[1001 bye] close[1001 ] ", true},
  });
}

TEST(WebSocketReader, RefusesEveryIllegalSequenceInEverySplitAndSaysWhy) {
  const std::string hi = frame(kFin | kText, "hi");
  const auto at = [](int byte) { return fmt::format(" (at byte {} of the answer)", byte); };
  std::vector<FrameCase> cases = {
      {"masked", bytes_of({0x81, 0x82, 1, 2, 3, 4, 5, 6}), "after '': a masked frame from a server" + at(1)},
      {"masked and empty", hi + bytes_of({0x81, 0x80, 1, 2, 3, 4}),
       "text[hi] after '': a masked frame from a server" + at(1)},
      {"a fragmented ping", frame(kPing, "x"), "after '': a fragmented Ping frame" + at(0)},
      {"a fragmented close", frame(kClose), "after '': a fragmented Close frame" + at(0)},
      {"a long ping", frame(kFin | kPing, std::string(126, 'x')),
       "after '': a Ping frame of more than 125 bytes" + at(1)},
      {"a huge pong", frame(kFin | kPong, std::string(65536, 'x')),
       "after '': a Pong frame of more than 125 bytes" + at(1)},
      {"a long close", close_frame(1000, std::string(124, 'x')),
       "after '': a Close frame of more than 125 bytes" + at(1)},
      {"a continuation of nothing", hi + frame(kFin, "x"),
       "text[hi] after '': a continuation frame without a message" + at(0)},
      {"a continuation of a control frame", frame(kFin | kPing) + frame(0, "x"),
       "ping[] after '': a continuation frame without a message" + at(2)},
      {"text inside a message", frame(kText, "a") + frame(kFin | kText, "b"),
       "after 'a': a new text frame inside a fragmented message" + at(3)},
      {"binary inside an empty message", frame(kText) + frame(kBinary, "b"),
       "after '': a new binary frame inside a fragmented message" + at(2)},
      {"125 in 16 bits", bytes_of({0x81, 126, 0, 125}) + std::string(125, 'x'),
       "after '': the length 125 in 16 bits instead of the shortest form" + at(2)},
      {"0 in 16 bits", bytes_of({0x82, 126, 0, 0}),
       "after '': the length 0 in 16 bits instead of the shortest form" + at(2)},
      {"65535 in 64 bits", bytes_of({0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff}),
       "after '': the length 65535 in 64 bits instead of the shortest form" + at(2)},
      {"the top bit", bytes_of({0x82, 127, 0x80, 0, 0, 0, 0, 1, 0, 0}),
       "after '': a 64-bit length with its top bit set" + at(2)},
      {"a text that is Latin-1", frame(kFin | kText, "caf\xe9!"),
       "after 'caf\xe9': a text that is no UTF-8 (0x21)" + at(6)},
      {"a text with a surrogate over fragments", frame(kText, "a\xed") + frame(kFin, "\xa0\x80"),
       "after 'a\xed': a text that is no UTF-8 (0xa0)" + at(6)},
      {"the first byte", hi + frame(kFin | kText, "\xff"),
       "text[hi] after '': a text that is no UTF-8 (0xff)" + at(2)},
      {"a text that breaks off", frame(kFin | kText, "a\xe2\x82"),
       "after 'a\xe2\x82': a text that ends inside a UTF-8 sequence" + at(5)},
      {"a text that breaks off in fragments", frame(kText, "\xf0\x9f") + frame(kFin),
       "after '\xf0\x9f': a text that ends inside a UTF-8 sequence" + at(6)},
      {"a close of 1 byte", frame(kFin | kClose, "x"),
       "after '': a Close frame of 1 byte, which is no code" + at(1)},
      {"a reason that is no text", close_frame(1000, "a\xff"),
       "after '': a Close frame's reason that is no UTF-8" + at(5)},
      {"a reason that breaks off", close_frame(1000, "a\xc3"),
       "after '': a Close frame's reason that is no UTF-8" + at(6)},
      {"a message after close", close_frame(1000) + hi,
       "close[1000 ] after '': data after the Close frame" + at(4)},
      {"a second close", frame(kFin | kClose) + frame(kFin | kClose),
       "close[1005 ] after '': data after the Close frame" + at(2)},
      {"closed without a word", "", "after '': closed without a Close frame" + at(0), true},
      {"closed after a message", hi, "text[hi] after '': closed without a Close frame" + at(0), true},
      {"closed in a head", bytes_of({0x81, 126, 1}), "after '': closed in the head of a frame" + at(3), true},
      {"closed in a frame", frame(kFin | kText, "hello").substr(0, 4),
       "after 'he': closed with 3 bytes of a frame to come" + at(4), true},
      {"closed in a ping", frame(kFin | kPing, "hello").substr(0, 4),
       "after '': closed with 3 bytes of a Ping frame to come" + at(4), true},
      {"closed in a fragmented message", frame(kText, "a"),
       "after 'a': closed in a fragmented message" + at(3), true},
  };
  for (const unsigned bits : {0x40U, 0x20U, 0x10U, 0x70U}) {
    cases.push_back(
        {"reserved bits", frame(kFin | kText | bits, "x"),
         fmt::format("after '': a frame with reserved bits (0x{:02x}), though no extension was agreed on{}",
                     kFin | kText | bits, at(0))});
  }
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 0xbU, 0xcU, 0xdU, 0xeU, 0xfU}) {
    cases.push_back({"an unknown opcode", frame(kFin | opcode, "x"),
                     fmt::format("after '': a frame with the unknown opcode 0x{:x}{}", opcode, at(0))});
  }
  expect_in_every_split(cases);
}

TEST(WebSocketReader, KnowsEveryCloseCode) {
  for (unsigned code = 0; code <= 0xffff; ++code) {
    const bool legal =
        (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code < 5000);
    ASSERT_EQ(
        told({close_frame(code)}),
        legal ? fmt::format("close[{} ] ", code)
              : fmt::format(
                    "after '': a Close frame with the code {}, which is never sent (at byte 2 of the answer)",
                    code));
  }
}

TEST(WebSocketReader, FailsAtOnceAndForGood) {
  WebSocketReader reader;
  reader.begin();
  EXPECT_EQ(reader.failure(), "");
  std::string_view input = "\xf1";  // the first byte is enough
  EXPECT_EQ(reader.next(input), Event::failed);
  input = "x";
  EXPECT_EQ(reader.next(input), Event::failed);
  EXPECT_EQ(reader.end_of_input(), Event::failed);
  EXPECT_FALSE(reader.failure().empty());
}

TEST(WebSocketReader, GivesWhatCameBeforeTheMessageIsWhole) {
  WebSocketReader reader;
  reader.begin();
  const std::string bytes = bytes_of({0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0}) + "of 4 EiB";
  std::string_view input = bytes;
  EXPECT_EQ(reader.next(input), Event::piece);
  EXPECT_EQ(reader.data(), "of 4 EiB");
  EXPECT_FALSE(reader.is_text());
  EXPECT_EQ(reader.next(input), Event::more);
}

TEST(WebSocketReader, ANewConnectionBeginsFromNothing) {
  const std::string whole = frame(kFin | kText, "hi");
  for (const std::string& left :
       {frame(kText, "a\xc3"), frame(kFin | kPing, "abc").substr(0, 3), bytes_of({0x81}), close_frame(1000),
        frame(3), frame(kBinary, "x") + frame(0, "y")}) {
    WebSocketReader reader;
    reader.begin();
    std::string_view input = left;
    for (Event event = Event::piece; event != Event::more && event != Event::failed;)
      event = reader.next(input);
    reader.begin();
    EXPECT_EQ(reader.failure(), "");
    EXPECT_EQ(reader.close_code(), kNoCloseCode);
    input = whole;
    EXPECT_EQ(reader.next(input), Event::piece);
    EXPECT_EQ(reader.next(input), Event::message);
    const std::string ping = frame(kFin | kPing, "p");
    input = ping;
    EXPECT_EQ(reader.next(input), Event::ping);
    EXPECT_EQ(reader.data(), "p");
  }
}

TEST(WebSocketReader, FitsInACacheLine) {
  EXPECT_LE(sizeof(WebSocketReader), 64);
}

}  // namespace
}  // namespace shootout::engine
