#include "engine/http_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace shootout::engine {
namespace {

using Event = HttpParser::Event;

struct Outcome {
  Event end = Event::more;
  int status = 0;
  bool keep_alive = false;
  std::string body, headers, failure;
  std::size_t left = 0;  ///< bytes after the answer

  bool operator==(const Outcome&) const = default;
};

/// Feeds the pieces; `closed`: the peer closes after them.
Outcome read(const std::vector<std::string_view>& pieces, bool to_head, bool closed, bool upgrade = false,
             bool wants_headers = true, HttpParser::KnownHead* known = nullptr) {
  HttpParser parser(wants_headers);
  parser.begin(to_head, upgrade);
  Outcome outcome;
  for (std::string_view piece : pieces) {
    if (outcome.end == Event::complete || outcome.end == Event::failed) {
      outcome.left += piece.size();
      continue;
    }
    // A copy, freed after its turn: the sanitizer sees what the parser keeps of it.
    const std::string copy(piece);
    std::string_view input = copy;
    while ((outcome.end = parser.next(input, known)) == Event::body || outcome.end == Event::header) {
      if (outcome.end == Event::body) outcome.body += parser.body();
      if (outcome.end == Event::header)
        outcome.headers += fmt::format("{}={};", parser.name(), parser.value());
    }
    outcome.left += input.size();
  }
  if (outcome.end == Event::more && closed) outcome.end = parser.end_of_input();
  if (outcome.end == Event::failed) outcome.failure = parser.failure();
  if (outcome.end == Event::failed) outcome.left = 0;
  outcome.status = parser.status();
  outcome.keep_alive = outcome.end == Event::complete && parser.keep_alive();
  return outcome;
}

struct Message {
  std::string name, bytes;
  Outcome expected;
  bool to_head = false, closed = false;
};

std::vector<Message> legal_messages() {
  const auto whole = [](int status, std::string body, bool keep_alive = true, std::size_t left = 0) {
    return Outcome{.end = Event::complete,
                   .status = status,
                   .keep_alive = keep_alive,
                   .body = std::move(body),
                   .headers = {},
                   .failure = {},
                   .left = left};
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string long_value(60'000, 'v');
  return {
      {"length", ok + "Content-Length: 5\r\n\r\nhello", whole(200, "hello")},
      {"no reason", "HTTP/1.1 200 \r\ncontent-length:2\r\n\r\nok", whole(200, "ok")},
      {"no reason and no space", "HTTP/1.1 404\r\ncontent-length: 0\r\n\r\n", whole(404, "")},
      {"obs-text in the reason", "HTTP/1.1 200 \xc3\xa9t\xc3\xa9\r\nContent-Length: 0\r\n\r\n",
       whole(200, "")},
      {"spaces around a value", ok + "Content-Length: \t 2 \t\r\nX:\r\n\r\nok", whole(200, "ok")},
      {"chunked", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n 0123\r\n567\r\n0\r\n\r\n",
       whole(200, "hello 0123\r\n567")},
      {"chunk extensions and trailers",
       ok + "Transfer-Encoding: gzip, Chunked\r\n\r\n1 ;a=b;c=\"d;e\"\r\nx\r\n000;z\r\nDigest: "
            "y\r\nX-Y:\r\n\r\n",
       whole(200, "x")},
      {"empty chunked", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", whole(200, "")},
      {"interim answers",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n" +
           ok + "Content-Length: 1\r\n\r\nz",
       whole(200, "z")},
      {"HEAD", ok + "Content-Length: 500\r\n\r\n", whole(200, ""), true},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", whole(204, "")},
      {"204 with a needless length", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", whole(204, "")},
      {"304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n", whole(304, "")},
      {"500", "HTTP/1.1 500 Oh no\r\nContent-Length: 3\r\n\r\nbad", whole(500, "bad")},
      {"close", ok + "Connection: foo, Close\r\nContent-Length: 2\r\n\r\nok", whole(200, "ok", false)},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", whole(200, "ok", false)},
      {"HTTP/1.0 kept alive", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok",
       whole(200, "ok")},
      {"until the close", ok + "\r\nall there is", whole(200, "all there is", false), false, true},
      {"empty until the close", ok + "\r\n", whole(200, "", false), false, true},
      {"a coding that is not chunked", ok + "Transfer-Encoding: gzip\r\n\r\nraw", whole(200, "raw", false),
       false, true},
      {"more than the answer", ok + "Content-Length: 2\r\n\r\nokHTTP", whole(200, "ok", true, 4)},
      {"a second answer", ok + "Content-Length: 0\r\n\r\n" + ok, whole(200, "", true, ok.size())},
      {"long lines", ok + "X: " + long_value + "\r\nContent-Length: 1\r\n\r\nq", whole(200, "q")},
  };
}

std::vector<Message> illegal_messages() {
  const auto failed = [](std::string says) {
    Outcome outcome;
    outcome.failure = std::move(says);
    return outcome;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  return {
      {"garbage", "SSH-2.0-OpenSSH_9.2\r\n",
       failed("no HTTP/1.x status line: 'SSH-2.0-OpenSSH_9.2' (at byte 0")},
      {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", failed("status line")},
      {"a lower-case version", "http/1.1 200 OK\r\n\r\n", failed("status line")},
      {"two digits", "HTTP/1.1 20 OK\r\n\r\n", failed("status line")},
      {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", failed("status line")},
      {"status 0", "HTTP/1.1 099 OK\r\n\r\n", failed("status line")},
      {"an empty line first", "\r\n" + ok, failed("status line")},
      {"a control in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n", failed("status line")},
      {"unasked 101", "HTTP/1.1 101 Switching Protocols\r\n\r\n", failed("101")},
      {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", failed("line 1 ends in a bare LF")},
      {"bare LF in the header", ok + "A: b\nContent-Length: 0\r\n\r\n",
       failed("line 2 ends in a bare LF (at byte 17")},
      {"bare CR", ok + "A: b\rC: d\r\n\r\n", failed("line 2: a control character")},
      {"NUL", ok + std::string("A: b\0c\r\n\r\n", 10), failed("a control character")},
      {"no colon", ok + "Content-Length 5\r\n\r\n", failed("line 2: a header line without ':'")},
      {"a space before the colon", ok + "Content-Length : 5\r\n\r\n", failed("no token")},
      {"no name", ok + ": 5\r\n\r\n", failed("no token")},
      {"folded", ok + "A: b\r\n c\r\n\r\n", failed("line 3: a folded header line")},
      {"a length that is none", ok + "Content-Length: 5x\r\n\r\n", failed("line 2: the Content-Length '5x'")},
      {"a negative length", ok + "Content-Length: -5\r\n\r\n", failed("'-5' is no length")},
      {"a signed length", ok + "Content-Length: +5\r\n\r\n", failed("'+5' is no length")},
      {"an empty length", ok + "Content-Length:\r\n\r\n", failed("'' is no length")},
      {"a huge length", ok + "Content-Length: 99999999999999999999\r\n\r\n", failed("is no length")},
      {"a list of lengths", ok + "Content-Length: 5, 5\r\n\r\n", failed("'5, 5' is no length")},
      {"two lengths", ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
       failed("a second Content-Length")},
      {"length and chunked", ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", failed("both")},
      {"chunked twice", ok + "Transfer-Encoding: chunked, chunked\r\n\r\n", failed("after chunked")},
      {"chunked before another", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n",
       failed("line 3: a transfer coding after chunked")},
      {"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", failed("HTTP/1.0")},
      {"no chunk size", chunked + "\r\nabc", failed("no chunk size")},
      {"a chunk size that is none", chunked + "g\r\n", failed("no chunk size: 'g'")},
      {"a chunk size with 0x", chunked + "0x5\r\n", failed("no chunk size")},
      {"a negative chunk size", chunked + "-1\r\n", failed("no chunk size")},
      {"a huge chunk size", chunked + "10000000000000000\r\n", failed("no chunk size")},
      {"junk after a chunk size", chunked + "5 x\r\n", failed("no chunk size")},
      {"a chunk that is longer", chunked + "2\r\nabc\r\n0\r\n\r\n", failed("longer than its size")},
      {"a chunk that ends in LF", chunked + "2\r\nab\n0\r\n\r\n", failed("bare LF")},
      {"a broken trailer", chunked + "0\r\nno trailer\r\n\r\n", failed("without ':'")},
      {"closed in the status line", "HTTP/1.", failed("closed in the status line (at byte 7"), false, true},
      {"closed in the header", ok + "A: b\r\n", failed("closed in the header"), false, true},
      {"closed in the body", ok + "Content-Length: 5\r\n\r\nhel", failed("closed with 2 bytes"), false, true},
      {"closed in a chunk", chunked + "5\r\nhe", failed("closed in a chunked body"), false, true},
      {"closed before the last chunk", chunked + "2\r\nhe\r\n", failed("closed in a chunked body"), false,
       true},
      {"closed in the trailers", chunked + "0\r\nA: b\r\n", failed("closed in the trailers"), false, true},
      {"too long a line", ok + "X: " + std::string(70'000, 'v'), failed("more than 64 KiB")},
  };
}

/// Every split of two, and byte by byte; for long messages the splits of their first and last 300 bytes.
void for_each_split(const std::string& bytes,
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

TEST(HttpParser, ReadsEveryLegalMessageInEverySplit) {
  for (const auto& message : legal_messages()) {
    SCOPED_TRACE(message.name);
    auto expected = message.expected;
    expected.headers = read({message.bytes}, message.to_head, message.closed).headers;
    for_each_split(message.bytes, [&](const auto& pieces) {
      const Outcome outcome = read(pieces, message.to_head, message.closed);
      ASSERT_EQ(outcome.failure, "");
      ASSERT_EQ(outcome, expected) << "cut after " << pieces.front().size();
    });
  }
}

TEST(HttpParser, RefusesEveryIllegalMessageInEverySplitAndSaysWhy) {
  for (const auto& message : illegal_messages()) {
    SCOPED_TRACE(message.name);
    const std::string whole = read({message.bytes}, message.to_head, message.closed).failure;
    for_each_split(message.bytes, [&](const auto& pieces) {
      const Outcome outcome = read(pieces, message.to_head, message.closed);
      ASSERT_EQ(outcome.end, Event::failed) << "cut after " << pieces.front().size();
      ASSERT_NE(outcome.failure.find(message.expected.failure), std::string::npos) << outcome.failure;
      ASSERT_EQ(outcome.failure, whole);
    });
  }
}

TEST(HttpParser, WithoutTheCloseTheyAreNotWhole) {
  for (const auto& message : legal_messages()) {
    if (!message.closed) continue;
    EXPECT_NE(read({message.bytes}, message.to_head, false).end, Event::complete) << message.name;
  }
}

TEST(HttpParser, GivesTheHeadersOfTheFinalAnswerOnly) {
  const std::string bytes =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nA:  b c \r\nContent-Length: "
      "0\r\n\r\n";
  for_each_split(bytes, [](const auto& pieces) {
    ASSERT_EQ(read(pieces, false, false).headers, "A=b c;Content-Length=0;");
  });
}

TEST(HttpParser, ReadsAnswersOneAfterTheOther) {
  const std::string first =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
  const std::string second = "HTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\nb";
  const std::string both = first + second;
  std::string_view input = both;
  HttpParser parser;
  for (const int status : {200, 201}) {
    parser.begin(false);
    Event event = Event::more;
    while ((event = parser.next(input)) == Event::body) {
    }
    EXPECT_EQ(event, Event::complete);
    EXPECT_EQ(parser.status(), status);
    EXPECT_EQ(parser.keep_alive(), status == 201);
  }
  EXPECT_TRUE(input.empty());
}

TEST(HttpParser, SwitchesProtocolsWhereThatWasAskedFor) {
  const std::string head =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  for_each_split(head + "\x81\x02hi", [&](const auto& pieces) {
    const Outcome outcome = read(pieces, false, false, true);
    ASSERT_EQ(outcome.end, Event::complete) << outcome.failure;
    ASSERT_EQ(outcome.status, 101);
    ASSERT_EQ(outcome.left, 4);
    ASSERT_FALSE(outcome.keep_alive);
    ASSERT_EQ(outcome.headers, "Upgrade=websocket;Connection=Upgrade;");
  });
  EXPECT_EQ(read({head}, false, false, false).end, Event::failed);
}

TEST(HttpParser, WhereAnUpgradeWasAskedForTheAnswerMayBeAnother) {
  const std::string refused = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
  for_each_split(refused, [](const auto& pieces) {
    const Outcome outcome = read(pieces, false, false, true);
    ASSERT_EQ(outcome.end, Event::complete);
    ASSERT_EQ(outcome.status, 403);
    ASSERT_EQ(outcome.body, "no");
    ASSERT_TRUE(outcome.keep_alive);
  });
  const Outcome old = read({"HTTP/1.0 101 Switching Protocols\r\n\r\n"}, false, false, true);
  EXPECT_EQ(old.failure, "101 Switching Protocols in an HTTP/1.0 answer (at byte 0 of the answer)");
}

TEST(HttpParser, AnAskedUpgradeHoldsForOneAnswerOnly) {
  HttpParser parser;
  parser.begin(false, true);
  std::string_view input = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  EXPECT_EQ(parser.next(input), Event::complete);
  parser.begin(false);
  input = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  EXPECT_EQ(parser.next(input), Event::failed);
  EXPECT_EQ(parser.failure(), "101 Switching Protocols, which nobody asked for (at byte 0 of the answer)");
}

TEST(HttpParser, ReadsOnAfterAnAnswerThatWasCutShort) {
  HttpParser parser;
  for (int i = 0; i < 2; ++i) {
    parser.begin(false);
    std::string_view input = "HTTP/1.1 200 OK\r\nContent-Le";
    EXPECT_EQ(parser.next(input), Event::more);
    EXPECT_TRUE(input.empty());
  }
  EXPECT_EQ(parser.end_of_input(), Event::failed);
  EXPECT_EQ(parser.failure(), "closed in the header (at byte 27 of the answer)");
  parser.begin(true);
  std::string_view input = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_EQ(parser.next(input), Event::complete);
}

TEST(HttpParser, FitsInACacheLine) {
  EXPECT_LE(sizeof(HttpParser), 64);
}

TEST(HttpParser, AKnownHeadChangesNothing) {
  HttpParser::KnownHead known;
  std::vector<Message> messages = legal_messages();
  for (Message& message : illegal_messages()) messages.push_back(std::move(message));
  for (int round = 0; round < 2; ++round) {
    for (const Message& message : messages) {
      const Outcome fresh = read({message.bytes}, message.to_head, message.closed, false, false);
      for (int again = 0; again < 2; ++again) {
        EXPECT_EQ(read({message.bytes}, message.to_head, message.closed, false, false, &known), fresh)
            << message.name;
      }
      // The same head, cut: in its body, in itself.
      const std::string_view bytes = message.bytes;
      for (std::size_t at = 1; at < std::min<std::size_t>(bytes.size(), 200); ++at) {
        ASSERT_EQ(read({bytes.substr(0, at), bytes.substr(at)}, message.to_head, message.closed, false, false,
                       &known),
                  fresh)
            << message.name << " cut at " << at;
      }
    }
  }
}

}  // namespace
}  // namespace shootout::engine
