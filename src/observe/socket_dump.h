// The TCP sockets of this machine, asked of the kernel over netlink: sock_diag(7).
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace shootout::observe {

/// A TCP socket that is connected, and whose end has not yet been closed by its process.
struct TcpSocket {
  std::uint64_t cookie = 0;  ///< the kernel's own name for it, never given again until the machine restarts
  std::uint64_t inode = 0;   ///< 0: not yet accepted by any process
  std::uint16_t local_port = 0, remote_port = 0;
  std::uint64_t bytes_received = 0, bytes_acked = 0;
};

class SocketDump {
 public:
  /// Fails (exit code 5) where the kernel has no socket diagnostics, or a sandbox forbids them.
  static Result<SocketDump> open();

  /// All of them, IPv4 and IPv6. Sockets that come or go meanwhile may be missed.
  Result<std::vector<TcpSocket>> read();

 private:
  explicit SocketDump(UniqueFd netlink) : netlink_(std::move(netlink)), buffer_(size_t{64} * 1024) {}
  Result<void> read_family(std::uint8_t family, std::vector<TcpSocket>& sockets);

  UniqueFd netlink_;
  std::vector<char> buffer_;  // the kernel puts at most 32 KiB into one answer
  std::uint32_t sequence_ = 0;
};

}  // namespace shootout::observe
