// Which worker process holds which connection, and what the sockets carried: from the kernel's socket diagnostics.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <vector>

#include "base/error.h"

namespace shootout::observe {

/// A TCP connection of this machine, seen from the side of `local_port`.
struct Connection {
  std::uint16_t local_port = 0, remote_port = 0;
  std::uint64_t inode = 0;         ///< 0: not yet accepted by any process
  pid_t pid = 0;                   ///< of the tree that was asked for; 0: none of it holds the socket
  std::uint64_t bytes_received = 0, bytes_sent = 0;
};

/// Every connection that a process of the tree holds, and those waiting to be accepted on `listen_port` (0: none).
/// Loopback IPv4 and IPv6. Fails where the kernel has no socket diagnostics.
Result<std::vector<Connection>> connections_of(const std::vector<pid_t>& tree, std::uint16_t listen_port);

}  // namespace shootout::observe
