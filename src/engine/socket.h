// A TCP socket to a target, non-blocking.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace shootout::engine {

/// Where to connect to.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text;  ///< for messages: 127.0.0.1:80, [::1]:80
};

/// What came of one send or receive.
struct Transfer {
  enum class Status { moved, would_block, closed, failed };
  Status status = Status::moved;
  std::size_t bytes = 0;  ///< of `moved`
  int error = 0;          ///< errno of `failed`
};

class Socket {
 public:
  Socket() = default;
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() { close(); }

  /// Begins to connect; the socket becomes writable when that has ended one way or the other. Fails with an
  /// errno.
  static std::expected<Socket, int> connect(const Address& address);

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  /// The socket's pending error (SO_ERROR), 0 for none; asking clears it.
  [[nodiscard]] int take_error() const;

  [[nodiscard]] Transfer send(std::string_view bytes) const;
  [[nodiscard]] Transfer receive(std::span<char> buffer) const;

  void close();

 private:
  explicit Socket(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace shootout::engine
