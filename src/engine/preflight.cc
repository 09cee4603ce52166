#include "engine/preflight.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "engine/clock.h"

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

/// Connects once; 0, or the errno of why not.
int probe(const Address& address, Nanoseconds deadline) {
  const auto socket = Socket::connect(address);
  if (!socket) return socket.error();
  while (true) {
    const auto left = std::max<Nanoseconds>(deadline - monotonic_now(), 0);
    pollfd poll_for{socket->fd(), POLLOUT, 0};
    const int ready =
        ::poll(&poll_for, 1, static_cast<int>(std::min<Nanoseconds>(left / kMillisecond + 1, 1'000'000)));
    if (ready > 0) {
      const int error = socket->take_error();
      return error == ECONNRESET ? 0 : error;  // it was accepted before it was reset
    }
    if (ready < 0 && errno != EINTR) return errno;
    if (monotonic_now() >= deadline) return ETIMEDOUT;
  }
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
                   fmt::format("the name '{}' does not resolve: {}", url.host, ::gai_strerror(error)),
                   "check the spelling of the URL's host");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  const Nanoseconds deadline = monotonic_now() + from_seconds(timeout_s);
  std::string reasons;
  for (const addrinfo* info = list; info != nullptr; info = info->ai_next) {
    Address address = address_of(*info, url.port);
    const int why_not = probe(address, deadline);
    if (why_not == 0) return address;
    reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", address.text, std::strerror(why_not));
  }
  return failure(Error::Kind::unreachable,
                 fmt::format("nothing accepts connections at {} ({})", url.authority, reasons),
                 "start the server, or check the URL's host and port");
}

Result<void> allow_open_files(unsigned connections, unsigned threads) {
  std::error_code unknown;
  const auto open_now = std::distance(std::filesystem::directory_iterator("/proc/self/fd", unknown), {});
  constexpr rlim_t kSpare = 16, kPerLoop = 4;
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
