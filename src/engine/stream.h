// A connection's bytes: a socket, or TLS over it.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <utility>

#include "engine/net.h"
#include "engine/tls.h"

namespace shootout::engine {

/// Owns a socket of a Net. Plain until start_tls().
class Stream {
 public:
  Stream() = default;
  Stream(Stream&& other) noexcept
      : net_(other.net_), fd_(std::exchange(other.fd_, -1)), tls_(std::move(other.tls_)) {}
  Stream& operator=(Stream&& other) noexcept {
    close();
    net_ = other.net_;
    fd_ = std::exchange(other.fd_, -1);
    tls_ = std::move(other.tls_);
    return *this;
  }
  ~Stream() { close(); }

  /// Begins to connect; fails with an errno.
  static std::expected<Stream, int> connect(Net& net, const Address& target, const Address* source) {
    const auto fd = net.connect(target, source);
    if (!fd) return std::unexpected(fd.error());
    return Stream(net, *fd);
  }

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] int take_error() const { return net_->take_error(fd_); }

  /// The socket is connected: from now on everything goes through TLS, whose handshake() comes first.
  void start_tls(const TlsClient& client, TlsMemory& memory) {
    tls_ = std::make_unique<TlsSession>(client, memory, *net_, fd_);
  }
  [[nodiscard]] TlsSession* tls() const { return tls_.get(); }

  Transfer send(std::span<const iovec> pieces) { return tls_ ? tls_->send(pieces) : net_->send(fd_, pieces); }
  Transfer receive(std::span<char> buffer) {
    return tls_ ? tls_->receive(buffer) : net_->receive(fd_, buffer);
  }

  void close() {
    if (tls_) tls_->say_goodbye();
    tls_.reset();
    if (fd_ >= 0) net_->close(std::exchange(fd_, -1));
  }

 private:
  Stream(Net& net, int fd) : net_(&net), fd_(fd) {}

  Net* net_ = nullptr;
  int fd_ = -1;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace shootout::engine
