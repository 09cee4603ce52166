// A WebSocket whose messages come back as they came (RFC 6455).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/websocket_frame.h"

namespace shootout::upstream {

/// The server's answer to a handshake with this key.
[[nodiscard]] std::string websocket_welcome(std::string_view key);

/// One connection's frames after the handshake. Each is answered while it comes, so none is ever kept: a ping
/// by a pong, a Close by a Close, and pieces of messages by themselves. What they say is not looked at.
class WebSocketEcho {
 public:
  /// Appends what is to be sent. False: nothing more is to be taken; a Close frame came, or what is no frame
  /// of a client.
  bool take(std::string_view input, std::string& out);

 private:
  /// False: it is no frame of a client.
  bool begin_frame(std::string& out);
  [[nodiscard]] std::size_t head_size() const;

  std::array<unsigned char, engine::kLongestFrameHead> head_{};
  std::size_t head_came_ = 0;
  bool in_payload_ = false;
  std::uint64_t left_ = 0, passed_ = 0;  ///< bytes of the payload
  std::uint32_t key_ = 0;
};

}  // namespace shootout::upstream
