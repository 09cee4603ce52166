// Which worker process holds which connection, and what the sockets carried: from the kernel's socket
// diagnostics.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "observe/socket_dump.h"

namespace shootout::observe {

/// A TCP connection of this machine, seen from the side of `local_port`.
struct Connection {
  std::uint64_t cookie = 0;  ///< the kernel's own name for this end of it, never given again
  std::uint16_t local_port = 0, remote_port = 0;
  std::uint64_t inode = 0;  ///< 0: not yet accepted by any process
  pid_t pid = 0;            ///< of the tree that was asked for; 0: none of it holds the socket
  std::uint64_t bytes_received = 0, bytes_sent = 0;  ///< since it was opened; sent: acknowledged by the peer
};

/// The processes that belong together, and the port that they listen on (0: none).
struct Holders {
  std::vector<pid_t> tree;  ///< the root first, as tree_of() gives it
  std::uint16_t listen_port = 0;
};

/// Looks at connections again and again; remembers which process holds which, so that a look at connections
/// that stay does not walk through the descriptors of every process.
class ConnectionReader {
 public:
  /// Fails (exit code 5) where the kernel has no socket diagnostics.
  static Result<ConnectionReader> open();

  /// For each of `trees`, in their order: every connection that a process of it holds, and all those on its
  /// `listen_port`, accepted or not. A socket that several processes hold belongs to the one deepest in the
  /// tree. Closed ones, and those that their process has shut down, are not told.
  Result<std::vector<std::vector<Connection>>> read(const std::vector<Holders>& trees);

 private:
  explicit ConnectionReader(SocketDump dump) : dump_(std::move(dump)) {}
  void find_holders(const std::vector<Holders>& trees, const std::vector<TcpSocket>& sockets);

  SocketDump dump_;
  std::vector<std::vector<pid_t>> known_trees_;
  std::unordered_map<std::uint64_t, pid_t>
      holder_by_inode_;  // of the sockets in the last dump; 0: none of the trees
};

/// One look at one tree.
Result<std::vector<Connection>> connections_of(const std::vector<pid_t>& tree, std::uint16_t listen_port);

}  // namespace shootout::observe
