// How an HTTP connection becomes a WebSocket (RFC 6455 section 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shootout::engine {

/// The nonce of one connection's handshake: 24 characters of base64, a function of the plan's seed and the
/// connection's number (or its request's ticket).
[[nodiscard]] std::string websocket_key(std::uint64_t seed, std::uint64_t number);

/// The header lines that make a GET request ask for a WebSocket, each with its CRLF. No extension is offered.
[[nodiscard]] std::string websocket_headers(std::string_view key);

/// What a server makes of the key: its proof that it speaks WebSocket (RFC 6455 section 4.2.2).
[[nodiscard]] std::string websocket_accept(std::string_view key);

/// Holds the answer to one handshake against RFC 6455 section 4.1. HttpParser must read it with
/// `expects_upgrade` and give its headers.
class HandshakeCheck {
 public:
  /// `protocols`: the subprotocols that the request asked for, as in its Sec-WebSocket-Protocol header; may
  /// be empty.
  explicit HandshakeCheck(std::string_view key, std::string_view protocols = {});

  void on_header(std::string_view name, std::string_view value);

  /// The head is whole: what is wrong with it. Nothing: the connection is a WebSocket.
  [[nodiscard]] std::optional<std::string> broken(int status) const;

 private:
  /// A header that may come once at most.
  struct Single {
    int times = 0;
    std::string value;
  };

  std::string accept_wanted_, protocols_;
  Single upgrade_, accept_, protocol_, extensions_;
  bool connection_upgrades_ = false;
};

}  // namespace shootout::engine
