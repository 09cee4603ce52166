// What the floors share: a bare epoll loop that sends a constant request over many connections and looks only
// for the end of each answer, whose length it knows. No client can do much less.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace shootout::bench {

[[noreturn]] inline void die(std::string_view what) {
  fmt::print(stderr, "floor: {}\n", what);
  std::exit(1);
}
[[noreturn]] inline void die_of_errno(std::string_view what) {
  die(fmt::format("{}: {}", what, std::strerror(errno)));
}

struct FloorOptions {
  std::string address;  ///< HOST:PORT
  unsigned connections = 50;
  double seconds = 3;
};

/// The options that all floors take; ends the process where they are wrong.
inline FloorOptions floor_options(const char* what, int count, char** values) {
  FloorOptions options;
  CLI::App app(what);
  app.add_option("address", options.address, "HOST:PORT")->required();
  app.add_option("-c,--connections", options.connections)->capture_default_str();
  app.add_option("-d,--seconds", options.seconds)->capture_default_str();
  try {
    app.parse(count, values);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return options;
}

/// A connected, blocking socket.
inline int connected(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) die("the address is no HOST:PORT");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.substr(0, colon).c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0)
    die("the address does not resolve");
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, found->ai_addr, found->ai_addrlen) != 0) die_of_errno("connect");
  ::freeaddrinfo(found);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/// Sends a request over a blocking socket and reads until `end` has come: what was received.
inline std::string ask(int fd, std::string_view request, std::string_view end) {
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    die_of_errno("send");
  std::string answer;
  while (answer.find(end) == std::string::npos) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) die("the server does not answer");
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return answer;
}

/// Over `connections` sockets that `open` makes, a few at a time while the others are already busy, for so
/// many seconds: how many answers came.
template <class Open>
std::uint64_t exchange(unsigned connections, Open open, std::string_view request, std::size_t answer_bytes,
                       double seconds) {
  constexpr std::size_t kOpenedAtOnce = 64;
  static std::array<char, 65536> buffer;
  if (answer_bytes >= buffer.size()) die("the answer is too long");
  struct Connection {
    int fd;
    std::uint32_t missing;  ///< of the answer
  };
  std::vector<Connection> all;
  all.reserve(connections);
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  const auto send = [&](int fd) {
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      die_of_errno("send");
  };
  const auto open_some = [&] {
    for (std::size_t i = 0; i < kOpenedAtOnce && all.size() < connections; ++i) {
      const int fd = open();
      epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = all.size()}};
      if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) die_of_errno("fcntl");
      if (::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) != 0) die_of_errno("epoll_ctl");
      all.push_back({fd, static_cast<std::uint32_t>(answer_bytes)});
      send(fd);
    }
  };
  using Clock = std::chrono::steady_clock;
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::uint64_t answers = 0;
  std::array<epoll_event, 512> ready;
  while (Clock::now() < end) {
    open_some();
    const int wait_ms = all.size() < connections ? 0 : 100;
    const int count = ::epoll_wait(set, ready.data(), static_cast<int>(ready.size()), wait_ms);
    for (int i = 0; i < count; ++i) {
      Connection& connection = all[static_cast<std::size_t>(ready[static_cast<std::size_t>(i)].data.u64)];
      // One read takes all there is: an answer is shorter than the buffer.
      const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) die(got == 0 ? "the server closed a connection" : std::strerror(errno));
      if (got > connection.missing) die("an answer has another length than the first");
      connection.missing -= static_cast<std::uint32_t>(got);
      if (connection.missing > 0) continue;
      connection.missing = static_cast<std::uint32_t>(answer_bytes);
      ++answers;
      send(connection.fd);
    }
  }
  return answers;
}

/// Prints a floor's figures as JSON.
inline void print_figures(std::uint64_t answers, double seconds) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto in_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  // VmHWM of proc(5): ru_maxrss also counts what this process was before it called exec.
  std::ifstream status("/proc/self/status");
  std::string word;
  std::uint64_t resident_kib = 0;
  while (status >> word && word != "VmHWM:") {
  }
  status >> resident_kib;
  fmt::print(
      R"({{"requests": {}, "duration_s": {}, "cpu_user_s": {:.6f}, "cpu_system_s": {:.6f}, "max_rss": {}}})"
      "\n",
      answers, seconds, in_seconds(usage.ru_utime), in_seconds(usage.ru_stime), resident_kib * 1024);
}

}  // namespace shootout::bench
