// JSON messages over a stream socket: how shootout talks to its own helper processes (generator, guardian).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/unique_fd.h"

namespace shootout {

/// One end of a stream socket that carries messages: four bytes of length (little endian), then JSON text.
/// One message is at most 64 MiB. Not thread-safe.
class MessageChannel {
 public:
  explicit MessageChannel(UniqueFd socket) : socket_(std::move(socket)) {}

  /// Two connected ends; both are close-on-exec.
  static Result<std::pair<MessageChannel, MessageChannel>> make_pair();

  /// Sends one message whole; waits while the peer is slow. Fails when the peer is gone.
  Result<void> send(const nlohmann::json& message);

  /// The next message; nothing when `timeout_s` passed without a whole one (negative: wait for ever).
  /// Fails when the peer is gone or sent what is no message.
  Result<std::optional<nlohmann::json>> receive(double timeout_s = -1);

  /// For poll(): readable when a message or the end of the peer is waiting.
  [[nodiscard]] int fd() const { return socket_.get(); }
  /// True when a whole message is already here, so that poll() on fd() would not tell.
  [[nodiscard]] bool has_buffered_message() const;

 private:
  UniqueFd socket_;
  std::string buffer_;
};

}  // namespace shootout
