#include "engine/websocket_handshake.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "engine/http_parser.h"

namespace shootout::engine {
namespace {

// RFC 6455 section 1.3.
constexpr std::string_view kExampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kExampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

using Headers = std::vector<std::pair<std::string, std::string>>;

const Headers kRight = {{"Upgrade", "websocket"},
                        {"Connection", "Upgrade"},
                        {"Sec-WebSocket-Accept", std::string(kExampleAccept)}};

/// The right headers with one of them changed or, with an empty name, taken away.
Headers right_but(std::size_t which, std::string name, std::string value = {}) {
  Headers headers = kRight;
  if (name.empty()) {
    headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(which));
  } else {
    headers[which] = {std::move(name), std::move(value)};
  }
  return headers;
}

Headers right_and(std::string name, std::string value) {
  Headers headers = kRight;
  headers.emplace_back(std::move(name), std::move(value));
  return headers;
}

/// What is wrong; empty: nothing.
std::string checked(const Headers& headers, int status = 101, std::string_view protocols = {}) {
  HandshakeCheck check(kExampleKey, protocols);
  for (const auto& [name, value] : headers) check.on_header(name, value);
  return check.broken(status).value_or("");
}

TEST(WebSocketHandshake, ProvesAsTheExampleOfTheStandardDoes) {
  EXPECT_EQ(websocket_accept(kExampleKey), kExampleAccept);
}

TEST(WebSocketHandshake, KeysAreNoncesOf16BytesThatCanBeMadeAgain) {
  std::set<std::string> keys;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (std::uint64_t number = 0; number < 50; ++number) {
      const std::string key = websocket_key(seed, number);
      EXPECT_EQ(key.size(), 24);
      EXPECT_TRUE(key.ends_with("=="));
      EXPECT_EQ(key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
                22);
      EXPECT_EQ(key, websocket_key(seed, number));
      keys.insert(key);
    }
  }
  EXPECT_EQ(keys.size(), 2500);
}

TEST(WebSocketHandshake, AsksForAWebSocketWithoutExtensions) {
  EXPECT_EQ(
      websocket_headers("KEY"),
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: KEY\r\nSec-WebSocket-Version: 13\r\n");
}

TEST(WebSocketHandshake, TakesEveryRightAnswer) {
  EXPECT_EQ(checked(kRight), "");
  EXPECT_EQ(checked(right_but(0, "UPGRADE", "WebSocket")), "");
  EXPECT_EQ(checked(right_but(1, "connection", "keep-alive, UPGRADE")), "");
  EXPECT_EQ(checked(right_but(2, "sec-websocket-accept", std::string(kExampleAccept))), "");
  EXPECT_EQ(checked(right_and("Connection", "keep-alive")), "");
  EXPECT_EQ(checked(right_and("Server", "x")), "");
  EXPECT_EQ(checked(kRight, 101, "chat"), "") << "a server need not take a subprotocol";
  EXPECT_EQ(checked(right_and("Sec-WebSocket-Protocol", "chat"), 101, "superchat, chat"), "");
}

TEST(WebSocketHandshake, RefusesEveryWrongAnswerAndSaysWhy) {
  const std::string at = "WebSocket handshake: ";
  EXPECT_EQ(checked(kRight, 200), at + "the status is 200 instead of 101");
  EXPECT_EQ(checked({}, 403), at + "the status is 403 instead of 101");
  EXPECT_EQ(checked(right_but(0, "")), at + "no Upgrade header");
  EXPECT_EQ(checked(right_but(0, "Upgrade", "h2c")), at + "Upgrade is 'h2c' instead of 'websocket'");
  EXPECT_EQ(checked(right_but(0, "Upgrade", "websocket, h2c")),
            at + "Upgrade is 'websocket, h2c' instead of 'websocket'");
  EXPECT_EQ(checked(right_and("Upgrade", "websocket")), at + "more than one Upgrade header");
  EXPECT_EQ(checked(right_but(1, "")), at + "no Connection header with the option 'Upgrade'");
  EXPECT_EQ(checked(right_but(1, "Connection", "upgrades, keep-alive")),
            at + "no Connection header with the option 'Upgrade'");
  EXPECT_EQ(checked(right_but(2, "")), at + "no Sec-WebSocket-Accept header");
  EXPECT_EQ(checked(right_and("Sec-WebSocket-Accept", std::string(kExampleAccept))),
            at + "more than one Sec-WebSocket-Accept header");
  EXPECT_EQ(
      checked(right_but(2, "Sec-WebSocket-Accept", std::string(kExampleKey))),
      at + "Sec-WebSocket-Accept is 'dGhlIHNhbXBsZSBub25jZQ==' instead of 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='");
  EXPECT_EQ(
      checked(right_but(2, "Sec-WebSocket-Accept", "S3PPLMBITXAQ9KYGZZHZRBK+XOO=")),
      at +
          "Sec-WebSocket-Accept is 'S3PPLMBITXAQ9KYGZZHZRBK+XOO=' instead of 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='");
  EXPECT_EQ(checked(right_and("Sec-WebSocket-Extensions", "permessage-deflate")),
            at + "the extension 'permessage-deflate', which nobody asked for");
  EXPECT_EQ(checked(right_and("Sec-WebSocket-Protocol", "chat")),
            at + "the subprotocol 'chat', which nobody asked for");
  EXPECT_EQ(checked(right_and("Sec-WebSocket-Protocol", "Chat"), 101, "chat"),
            at + "the subprotocol 'Chat', which nobody asked for");
  EXPECT_EQ(checked(right_and("Sec-WebSocket-Protocol", "a, b"), 101, "a, b"),
            at + "the subprotocol 'a, b', which nobody asked for");
  Headers twice = right_and("Sec-WebSocket-Protocol", "a");
  twice.emplace_back("Sec-WebSocket-Protocol", "b");
  EXPECT_EQ(checked(twice, 101, "a, b"), at + "more than one Sec-WebSocket-Protocol header");
}

TEST(WebSocketHandshake, ReadsAnAnswerFromTheWire) {
  const std::string bytes =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept:  s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \r\n\r\n\x81\x02hi";
  HttpParser parser(true);
  parser.begin(false, true);
  HandshakeCheck check(kExampleKey);
  std::string_view input = bytes;
  HttpParser::Event event = HttpParser::Event::more;
  while ((event = parser.next(input)) == HttpParser::Event::header)
    check.on_header(parser.name(), parser.value());
  EXPECT_EQ(event, HttpParser::Event::complete);
  EXPECT_EQ(check.broken(parser.status()).value_or(""), "");
  EXPECT_EQ(input, "\x81\x02hi");
}

}  // namespace
}  // namespace shootout::engine
