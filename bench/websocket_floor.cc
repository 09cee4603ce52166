// What no WebSocket client can go much below: one small message under way on each connection, always the same
// masked frame (RFC 6455 section 5), and nothing looked at but the echo's length. See floor.h.
#include "floor.h"

int main(int count, char** values) {
  using namespace shootout::bench;
  const FloorOptions options = floor_options("WebSocket echo over a bare epoll loop", count, values);
  const std::string handshake = fmt::format(
      "GET / HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      options.address);

  const auto open = [&] {
    const int fd = connected(options.address);
    const std::string answer = ask(fd, handshake, "\r\n\r\n");
    // The accept key of RFC 6455's own example, whose nonce is sent above.
    if (!answer.starts_with("HTTP/1.1 101 ") || !answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
      die("the handshake failed");
    return fd;
  };

  const std::string_view message = "ping", mask = "\x12\x34\x56\x78";
  std::string frame = {'\x81', static_cast<char>(0x80 | message.size())};
  frame += mask;
  for (std::size_t i = 0; i < message.size(); ++i) frame += static_cast<char>(message[i] ^ mask[i % 4]);
  print_figures(exchange(options.connections, open, frame, 2 + message.size(), options.seconds),
                options.seconds);
}
