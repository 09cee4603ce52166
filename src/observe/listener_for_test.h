// A listening socket, and clients of it.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "base/unique_fd.h"

namespace shootout::observe {

/// Listens on a free port of the loopback of this family (AF_INET, AF_INET6).
class Listener {
 public:
  explicit Listener(int family) : family_(family), socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    fill();
    usable_ = ::bind(socket_.get(), generic(), size_) == 0 && ::listen(socket_.get(), 64) == 0;
    EXPECT_EQ(::getsockname(socket_.get(), generic(), &size_), 0);
  }
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const {
    return ntohs(family_ == AF_INET ? reinterpret_cast<const sockaddr_in*>(&address_)->sin_port
                                    : reinterpret_cast<const sockaddr_in6*>(&address_)->sin6_port);
  }
  UniqueFd connect() {
    UniqueFd client(::socket(family_, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(client.get(), generic(), size_), 0);
    return client;
  }

 private:
  void fill() {
    if (family_ == AF_INET) {
      auto* address = reinterpret_cast<sockaddr_in*>(&address_);
      address->sin_family = AF_INET;
      address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      size_ = sizeof *address;
    } else {
      auto* address = reinterpret_cast<sockaddr_in6*>(&address_);
      address->sin6_family = AF_INET6;
      address->sin6_addr = in6addr_loopback;
      size_ = sizeof *address;
    }
  }
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  int family_;
  UniqueFd socket_;
  sockaddr_storage address_{};
  socklen_t size_ = 0;
  bool usable_ = false;
};

}  // namespace shootout::observe
