// What the servers of bench/ share: one thread, one epoll set, every socket registered once. They do so
// little for a request that the client is the limit.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace shootout::bench {

[[noreturn]] inline void die_of_errno(const char* what) {
  fmt::print(stderr, "{}: {}\n", what, std::strerror(errno));
  std::exit(1);
}

/// Listens on a free port of 127.0.0.1, says which, and serves until a signal ends it. A `Connection` is made
/// of its non-blocking socket, which it does not own; its `bool on_ready()` reads and writes until both would
/// block, and says false where the connection is to be closed.
template <class Connection>
[[noreturn]] void serve() {
  struct Entry {
    int fd;
    Connection connection;
  };
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) knows no MSG_NOSIGNAL
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, length) != 0 || ::listen(listener, 16384) != 0 ||
      ::getsockname(listener, generic, &length) != 0)
    die_of_errno("listen");
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event of_listener{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (::epoll_ctl(set, EPOLL_CTL_ADD, listener, &of_listener) != 0) die_of_errno("epoll_ctl");
  fmt::print("listening on 127.0.0.1:{}\n", ntohs(address.sin_port));
  std::fflush(stdout);

  std::array<epoll_event, 512> ready;
  while (true) {
    const int count = ::epoll_wait(set, ready.data(), static_cast<int>(ready.size()), -1);
    if (count < 0 && errno != EINTR) die_of_errno("epoll_wait");
    for (int i = 0; i < count; ++i) {
      auto* const entry = static_cast<Entry*>(ready[static_cast<std::size_t>(i)].data.ptr);
      if (entry == nullptr) {
        while (true) {
          const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
          if (fd < 0) break;
          const int on = 1;
          ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                            .data = {.ptr = new Entry{fd, Connection(fd)}}};
          if (::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) != 0) die_of_errno("epoll_ctl");
        }
      } else if (!entry->connection.on_ready()) {
        ::close(entry->fd);
        delete entry;
      }
    }
  }
}

}  // namespace shootout::bench
