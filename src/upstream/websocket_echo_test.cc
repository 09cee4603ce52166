#include "upstream/websocket_echo.h"

#include <gtest/gtest.h>

namespace shootout::upstream {
namespace {

using engine::Opcode;

// A client's frames, and the echo of them, taken in pieces of so many bytes.
std::string echoed(const std::string& frames, std::size_t piece, bool goes_on = true) {
  WebSocketEcho echo;
  std::string out;
  bool more = true;
  for (std::size_t at = 0; at < frames.size() && more; at += piece)
    more = echo.take(std::string_view(frames).substr(at, piece), out);
  EXPECT_EQ(more, goes_on) << "pieces of " << piece;
  return out;
}

std::string frame(Opcode opcode, const std::string& payload, bool final = true) {
  std::string out;
  engine::append_frame(out, opcode, final, payload, 0x12345678);
  return out;
}

TEST(WebSocketEcho, MessagesComeBackHoweverTheyArrive) {
  std::string large(70000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  const std::string middle(300, 'm');
  const std::string frames = frame(Opcode::text, "hello") + frame(Opcode::binary, "") +
                             frame(Opcode::text, middle) + frame(Opcode::binary, large, false) +
                             frame(Opcode::ping, "are you there") + frame(Opcode::continuation, "end");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, frames.size()}) {
    const auto out = echoed(frames, piece);
    engine::WebSocketReader reader;
    reader.begin();
    std::string_view input = out;
    std::vector<std::string> messages(1);
    std::string pong;
    while (true) {
      const auto event = reader.next(input);
      if (event == engine::WebSocketReader::Event::more) break;
      ASSERT_NE(event, engine::WebSocketReader::Event::failed) << reader.failure();
      if (event == engine::WebSocketReader::Event::piece) messages.back() += reader.data();
      if (event == engine::WebSocketReader::Event::message) messages.emplace_back();
      if (event == engine::WebSocketReader::Event::pong) pong = reader.data();
    }
    EXPECT_EQ(messages, (std::vector<std::string>{"hello", "", middle, large + "end", ""}));
    EXPECT_EQ(pong, "are you there");
  }
}

TEST(WebSocketEcho, ACloseIsAnsweredAndIsTheLast) {
  std::string close;
  engine::append_close(close, engine::kNormalClosure, 7);
  EXPECT_EQ(echoed(close + frame(Opcode::text, "too late"), 1, false), std::string("\x88\x02\x03\xe8", 4));
}

TEST(WebSocketEcho, WhatNoClientSendsEndsIt) {
  EXPECT_EQ(echoed(std::string("\x81\x02hi____", 8), 8, false), "");
}

}  // namespace
}  // namespace shootout::upstream
