// The TCP sockets of this machine, asked of the kernel over netlink: sock_diag(7).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

struct nlmsghdr;
struct inet_diag_msg;

namespace shootout::observe {

/// A TCP socket that is connected, and whose end has not yet been closed by its process.
struct TcpSocket {
  std::uint64_t cookie = 0;  ///< the kernel's own name for it, never given again until the machine restarts
  std::uint64_t inode = 0;   ///< 0: not yet accepted by any process
  std::uint16_t local_port = 0, remote_port = 0;
  std::uint64_t bytes_received = 0, bytes_acked = 0;
};

/// A socket that listens.
struct TcpListener {
  std::uint16_t port = 0;
  std::uint32_t backlog = 0;  ///< the longest its queue may be: what listen(2) got, at most somaxconn
};

/// Both ends of a connection in any state, TIME_WAIT and half-open ones too. Addresses are as in
/// inet_diag_sockid: of IPv4 the first word alone.
struct TcpPair {
  std::array<std::uint32_t, 4> local_address{}, remote_address{};
  std::uint16_t local_port = 0, remote_port = 0;
};

class SocketDump {
 public:
  /// Fails (exit code 5) where the kernel has no socket diagnostics, or a sandbox forbids them.
  static Result<SocketDump> open();

  /// All of them, IPv4 and IPv6. Sockets that come or go meanwhile may be missed.
  Result<std::vector<TcpSocket>> read();
  /// Those that listen on the port.
  Result<std::vector<TcpListener>> listeners(std::uint16_t port);
  /// All that take up a local port.
  Result<std::vector<TcpPair>> pairs();

 private:
  using Visit = std::function<void(const nlmsghdr&, const inet_diag_msg&)>;
  explicit SocketDump(UniqueFd netlink) : netlink_(std::move(netlink)), buffer_(size_t{64} * 1024) {}
  /// Shows every socket that is in one of `states` (a set of bits), with the `extensions` asked for.
  Result<void> visit(std::uint32_t states, std::uint8_t extensions, const Visit& visit);
  Result<void> visit_family(std::uint8_t family, std::uint32_t states, std::uint8_t extensions,
                            const Visit& visit);

  UniqueFd netlink_;
  std::vector<char> buffer_;  // the kernel puts at most 32 KiB into one answer
  std::uint32_t sequence_ = 0;
};

}  // namespace shootout::observe
