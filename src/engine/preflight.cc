#include "engine/preflight.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "engine/clock.h"
#include "engine/http_syntax.h"
#include "engine/kernel_net.h"

namespace shootout::engine {
namespace {

std::unexpected<Error> failure(Error::Kind kind, std::string what, std::string remedy) {
  return std::unexpected(Error{kind, std::move(what), std::move(remedy)});
}

Address address_of(const addrinfo& info, std::uint16_t port) {
  Address address;
  std::memcpy(&address.storage, info.ai_addr, info.ai_addrlen);
  address.length = info.ai_addrlen;
  char host[NI_MAXHOST] = "?";
  ::getnameinfo(info.ai_addr, info.ai_addrlen, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  address.text =
      info.ai_family == AF_INET6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
  return address;
}

const sockaddr* raw(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

/// A connection that only looks whether somebody is there.
class Probe {
 public:
  explicit Probe(const Address& address)
      : fd_(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Probe() {
    if (fd_ >= 0) ::close(fd_);
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

  /// 0, or the errno of why not.
  [[nodiscard]] int connect(const Address& address, Nanoseconds deadline) const {
    if (fd_ < 0) return errno;
    if (::connect(fd_, raw(address), address.length) == 0) return 0;
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    if (const int error = wait(POLLOUT, deadline)) return error;
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
    return error == ECONNRESET ? 0 : error;  // it was accepted before it was reset
  }

  /// 0 when it is ready (or broken: the next call tells), else ETIMEDOUT or another errno.
  [[nodiscard]] int wait(short events, Nanoseconds deadline) const {
    while (true) {
      const auto left = std::max<Nanoseconds>(deadline - monotonic_now(), 0);
      pollfd poll_for{fd_, events, 0};
      const int ready =
          ::poll(&poll_for, 1, static_cast<int>(std::min<Nanoseconds>(left / kMillisecond + 1, 1'000'000)));
      if (ready > 0) return 0;
      if (ready < 0 && errno != EINTR) return errno;
      if (monotonic_now() >= deadline) return ETIMEDOUT;
    }
  }

 private:
  int fd_;
};

bool is_ipv4_loopback(const Address& address) {
  if (address.storage.ss_family != AF_INET) return false;
  return ntohl(reinterpret_cast<const sockaddr_in&>(address.storage).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool needs_ports(const Address& target) {
  return target.storage.ss_family == AF_INET || target.storage.ss_family == AF_INET6;
}

}  // namespace

Result<Address> find_target(const Url& url, double timeout_s) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(url.port);
  const int error = ::getaddrinfo(url.host.c_str(), port.c_str(), &hints, &list);
  if (error != 0) {
    return failure(Error::Kind::unreachable,
                   fmt::format("the name '{}' does not resolve: {}", url.host,
                               error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error)),
                   "check the spelling of the URL's host");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* info = list; info != nullptr; info = info->ai_next)
    addresses.push_back(address_of(*info, url.port));
  return first_accepting(addresses, timeout_s, url.authority);
}

Result<Address> first_accepting(std::span<const Address> addresses, double timeout_s,
                                const std::string& name) {
  const Nanoseconds deadline = monotonic_now() + from_seconds(timeout_s);
  std::string reasons;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Nanoseconds now = monotonic_now();
    const auto still_to_try = static_cast<Nanoseconds>(addresses.size() - i);
    const int why_not = Probe(addresses[i]).connect(addresses[i], now + (deadline - now) / still_to_try);
    if (why_not == 0) return addresses[i];
    reasons +=
        fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", addresses[i].text, std::strerror(why_not));
  }
  return failure(Error::Kind::unreachable,
                 fmt::format("nothing accepts connections at {} ({})", name, reasons),
                 "start the server, or check the URL's host and port");
}

Result<Address> unix_socket_address(const std::string& path) {
  Address address;
  auto& name = reinterpret_cast<sockaddr_un&>(address.storage);
  constexpr std::size_t kLongest = sizeof name.sun_path - 1;
  if (path.empty() || path.find('\0') != std::string::npos) {
    return failure(Error::Kind::bad_plan, fmt::format("'{}' is no path of a Unix socket", printable(path)),
                   "name the socket's file");
  }
  if (path.size() > kLongest) {
    return failure(Error::Kind::bad_plan,
                   fmt::format("the path of the Unix socket '{}' has {} bytes, and it may have {}",
                               printable(path), path.size(), kLongest),
                   "change to a folder nearer to it and name it from there, or link it to a shorter path");
  }
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  address.text = fmt::format("unix:{}", path);
  const int why_not = Probe(address).connect(address, monotonic_now());
  if (why_not == 0 || why_not == EAGAIN) return address;  // EAGAIN: somebody listens and is busy
  struct stat file{};
  const bool is_there = ::stat(path.c_str(), &file) == 0;
  const std::string_view why =
      is_there && !S_ISSOCK(file.st_mode) ? "it is no socket" : std::strerror(why_not);
  return failure(Error::Kind::unreachable,
                 fmt::format("nothing accepts connections at the Unix socket '{}': {}", path, why),
                 "start the server, or check the socket's path");
}

Result<void> probe_tls(const Url& url, const Address& target, const TlsClient& client, double timeout_s) {
  const Nanoseconds deadline = monotonic_now() + from_seconds(timeout_s);
  const auto refuse = [&](std::string_view why, std::string remedy) {
    return failure(Error::Kind::unreachable,
                   fmt::format("no TLS with {} ({}): {}", url.authority, target.text, why),
                   std::move(remedy));
  };
  const Probe probe(target);
  if (const int why_not = probe.connect(target, deadline)) return refuse(std::strerror(why_not), "");
  const auto net = KernelNet::create();
  if (!net) return std::unexpected(net.error());
  TlsMemory memory;
  TlsSession session(client, memory, **net, probe.fd());
  while (true) {
    switch (session.handshake()) {
      case TlsSession::Step::done:
        session.say_goodbye();
        return {};
      case TlsSession::Step::failed:
        return refuse(session.failure(), session.distrusted()
                                             ? "name the authority that vouches for it: --cacert FILE; or do "
                                               "without verification: --insecure"
                                             : "check the URL's scheme and port");
      case TlsSession::Step::waiting:
        // The first flight of a client is small: a fresh socket takes it whole, so it waits for the server.
        if (probe.wait(POLLIN, deadline) != 0) {
          return refuse(fmt::format("the handshake did not end within {:g} s", timeout_s),
                        "check the URL's scheme and port, or allow more time to connect");
        }
        session.socket_readable();
    }
  }
}

Result<void> allow_open_files(unsigned connections, unsigned threads) {
  std::error_code unknown;
  const auto open_now = std::distance(std::filesystem::directory_iterator("/proc/self/fd", unknown), {});
  constexpr rlim_t kSpare = 64, kPerLoop = 4;  // servers that inherit the limit have files of their own
  const rlim_t needed =
      connections + threads * kPerLoop + static_cast<rlim_t>(std::max<std::ptrdiff_t>(open_now, 0)) + kSpare;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return failure(Error::Kind::system,
                   fmt::format("cannot read the limit of open files: {}", std::strerror(errno)), "");
  }
  if (limit.rlim_cur >= needed) return {};
  if (limit.rlim_max < needed) {
    return failure(
        Error::Kind::limits,
        fmt::format("{} connections need {} open files, and this process may have {}", connections, needed,
                    limit.rlim_max),
        fmt::format("allow more (as root: ulimit -Hn {}; or LimitNOFILE= of the service, or nofile in "
                    "/etc/security/limits.conf), or take fewer connections",
                    needed));
  }
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
  return failure(
      Error::Kind::limits,
      fmt::format("cannot raise the limit of open files to {}: {}", limit.rlim_max, std::strerror(errno)),
      fmt::format("raise it by hand: ulimit -n {}", needed));
}

unsigned local_ports() {
  unsigned first = 32768, last = 60999;  // the kernel's own defaults
  unsigned from = 0, to = 0;
  if (std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> from >> to && from <= to) {
    first = from;
    last = to;
  }
  return last - first + 1;
}

Result<void> check_ports(const Address& target, unsigned connections, unsigned ports) {
  if (connections <= ports || !needs_ports(target) || is_ipv4_loopback(target)) return {};
  return failure(Error::Kind::limits,
                 fmt::format("{} connections to {} need as many local ports, and the kernel gives out {}",
                             connections, target.text, ports),
                 "take fewer connections, or widen the range (as root: sysctl -w "
                 "net.ipv4.ip_local_port_range='1024 65535')");
}

std::vector<Address> source_addresses(const Address& target, unsigned connections, unsigned ports,
                                      std::uint32_t turn) {
  const unsigned each = std::max(ports * 2 / 5, 1u);
  // A load of a fifth of that may come five times within the minute of TIME_WAIT (tcp(7)) and leave room.
  constexpr unsigned kLoadsAMinute = 5;
  const unsigned few = turn == 0 ? each : each / kLoadsAMinute;
  if (connections <= few || !is_ipv4_loopback(target)) return {};
  const auto& target_name = reinterpret_cast<const sockaddr_in&>(target.storage);
  const std::size_t wanted = (connections + each - 1) / each;
  std::vector<Address> sources;
  // Of 127/8 as many as there are turns of the most connections, and no broadcast address.
  constexpr std::uint32_t kTurns = 4096;
  const auto first = static_cast<std::uint32_t>(INADDR_LOOPBACK + 1 + (turn % kTurns) * wanted);
  for (std::uint32_t host = first; sources.size() < wanted; ++host) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(host);
    if (name.sin_addr.s_addr == target_name.sin_addr.s_addr) continue;  // it might meet itself there
    Address& source = sources.emplace_back();
    std::memcpy(&source.storage, &name, sizeof name);
    source.length = sizeof name;
    char text[INET_ADDRSTRLEN] = "?";
    ::inet_ntop(AF_INET, &name.sin_addr, text, sizeof text);
    source.text = text;
  }
  return sources;
}

bool pin_this_thread(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

Result<void> check_cpus(std::span<const int> cpus) {
  cpu_set_t before;
  if (cpus.empty() || ::sched_getaffinity(0, sizeof before, &before) != 0) return {};
  const auto refused = std::ranges::find_if_not(cpus, pin_this_thread);
  ::sched_setaffinity(0, sizeof before, &before);
  if (refused == cpus.end()) return {};
  return failure(Error::Kind::limits, fmt::format("this process may not run on CPU {}", *refused),
                 "name CPUs that exist and that this process may use (taskset -p $$ shows them)");
}

}  // namespace shootout::engine
