#include "launch/ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>
#include <string_view>

#include "base/unique_fd.h"
#include "launch/process_table.h"
#include "launch/set_mark.h"

namespace shootout::launch {
namespace {

/// A port is free exactly when a server could listen on it: with SO_REUSEADDR, as servers do, so that
/// connections in TIME_WAIT are no obstacle, and a listener is one.
bool can_listen(std::uint16_t port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(fd.get(), 1) == 0) {
    return true;
  }
  return errno != EADDRINUSE;  // a port that may not be used for other reasons is held by nobody
}

/// Adds the inodes of the sockets in /proc/net/tcp or tcp6 that listen on this port of one of the addresses,
/// which are written as the kernel does there: hexadecimal, in words of the machine's byte order.
void add_listeners(const char* file, std::uint16_t port, std::initializer_list<std::string_view> addresses,
                   std::set<std::uint64_t>& inodes) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    char address[40] = {};
    unsigned local_port = 0, state = 0;
    unsigned long long inode = 0;
    if (std::sscanf(line.c_str(), " %*d: %39[0-9A-F]:%x %*[0-9A-F:] %x %*x:%*x %*x:%*x %*x %*u %*d %llu",
                    address, &local_port, &state, &inode) != 4) {
      continue;  // the heading
    }
    constexpr unsigned kListen = 0x0A;  // TCP_LISTEN
    if (state == kListen && local_port == port && std::ranges::find(addresses, address) != addresses.end()) {
      inodes.insert(inode);
    }
  }
}

std::set<std::uint64_t> listeners_on(std::uint16_t port) {
  const std::string loopback = fmt::format("{:08X}", htonl(INADDR_LOOPBACK) /* network order, as a word */);
  const std::string mapped = fmt::format("0000000000000000{:08X}", htonl(0xFFFF));
  std::set<std::uint64_t> inodes;
  add_listeners("/proc/net/tcp", port, {"00000000", loopback}, inodes);
  add_listeners("/proc/net/tcp6", port,
                {"00000000000000000000000000000000", mapped + loopback, mapped + "00000000"}, inodes);
  return inodes;
}

bool holds_any(pid_t pid, const std::set<std::uint64_t>& inodes) {
  const auto sockets = sockets_of(pid);
  return sockets &&
         std::ranges::any_of(*sockets, [&](std::uint64_t inode) { return inodes.contains(inode); });
}

PortHolder holder_among_processes(const std::set<std::uint64_t>& inodes) {
  const auto table = read_processes();
  std::set<pid_t> holders;
  for (const auto& [pid, process] : table) {
    if (holds_any(pid, inodes)) holders.insert(pid);
  }
  for (const pid_t pid : holders) {  // workers inherit the socket: the person wants to hear of their master
    const auto& process = table.at(pid);
    if (!holders.contains(process.parent))
      return {.pid = pid, .name = process.name, .command = command_line(pid)};
  }
  return {};
}

std::string shortened(const std::string& text) {
  constexpr size_t kLongest = 120;
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

/// The kernel's range for outgoing connections: a server's port inside of it may be taken at any moment.
std::pair<int, int> outgoing_range() {
  int low = 32768, high = 60999;  // the kernel's default
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> low >> high;
  return {low, high};
}

}  // namespace

std::optional<PortHolder> holder_of(std::uint16_t port) {
  if (can_listen(port)) return std::nullopt;
  const auto inodes = listeners_on(port);
  return inodes.empty() ? PortHolder{} : holder_among_processes(inodes);
}

std::optional<PortHolder> foreign_holder_of(std::uint16_t port, const std::vector<pid_t>& tree) {
  auto inodes = listeners_on(port);
  for (const pid_t pid : tree) {
    const auto sockets = sockets_of(pid);
    if (!sockets) {
      if (read_process(pid)) return std::nullopt;  // it lives, and may hold any of them
      continue;
    }
    for (const std::uint64_t inode : *sockets) inodes.erase(inode);
  }
  if (inodes.empty()) return std::nullopt;
  return holder_among_processes(inodes);
}

std::size_t listeners_of(std::uint16_t port) {
  return listeners_on(port).size();
}

Result<void> require_free(std::uint16_t port, const std::string& for_whom) {
  const auto holder = holder_of(port);
  if (!holder) return {};
  if (holder->pid == 0) {
    return fail(
        ExitCode::environment,
        fmt::format("port {}, which {} needs, is taken by a process that the kernel does not name (another "
                    "user's?)",
                    port, for_whom),
        fmt::format("see who it is with `sudo ss -ltnp 'sport = :{}'`", port));
  }
  const std::string what = fmt::format("port {}, which {} needs, is taken by {} (pid {}: {})", port, for_whom,
                                       holder->name, holder->pid, shortened(holder->command));
  if (const auto mark = mark_of(holder->pid)) {
    return fail(ExitCode::environment, what,
                mark->guardian_lives()
                    ? fmt::format("it belongs to the servers of {} that shootout runs; if `up` keeps "
                                  "them, `shootout down {}` ends them",
                                  mark->set, mark->set)
                    : "an earlier shootout left it; `shootout clean` ends it");
  }
  return fail(ExitCode::environment, what,
              fmt::format("end it (kill {}), or take another port", holder->pid));
}

Result<std::vector<std::uint16_t>> free_ports(std::size_t count) {
  constexpr int kFirst = 10000, kLast = 65535;
  const auto [low, high] = outgoing_range();
  std::vector<std::uint16_t> candidates;
  for (int port = kFirst; port <= kLast; ++port) {
    if (port < low || port > high) candidates.push_back(static_cast<std::uint16_t>(port));
  }
  // A random place to begin, so that two shootouts that look at the same time do not find the same ports.
  if (!candidates.empty()) {
    std::random_device random;
    const auto start =
        std::uniform_int_distribution<long>(0, static_cast<long>(candidates.size()) - 1)(random);
    std::ranges::rotate(candidates, candidates.begin() + start);
  }
  std::vector<std::uint16_t> found;
  for (const std::uint16_t port : candidates) {
    if (found.size() == count) break;
    if (can_listen(port)) found.push_back(port);
  }
  if (found.size() < count) {
    return fail(ExitCode::environment,
                fmt::format("only {} of {} free ports outside of {} to {} (net.ipv4.ip_local_port_range)",
                            found.size(), count, low, high),
                "narrow that range with sysctl, or end other servers");
  }
  return found;
}

}  // namespace shootout::launch
