// Ports of 127.0.0.1: free ones, and who holds a taken one.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace shootout::launch {

struct PortHolder {
  pid_t pid = 0;        ///< 0 where the kernel does not tell (another user's process)
  std::string name;     ///< "gunicorn"; empty where the kernel does not tell
  std::string command;  ///< its whole command line
};

/// Who listens on this TCP port of 127.0.0.1 or 0.0.0.0; nothing where it is free.
[[nodiscard]] std::optional<PortHolder> holder_of(std::uint16_t port);

/// Of the sockets that listen on this port, one that no process of `tree` holds: somebody else answers there.
/// Nothing where all are the tree's, or where the kernel does not tell what the tree holds.
[[nodiscard]] std::optional<PortHolder> foreign_holder_of(std::uint16_t port, const std::vector<pid_t>& tree);

/// How many sockets listen on this TCP port of 127.0.0.1 or 0.0.0.0: several where processes share it
/// (SO_REUSEPORT).
[[nodiscard]] std::size_t listeners_of(std::uint16_t port);

/// An error (exit code 5) that names the holder, where the port is taken.
Result<void> require_free(std::uint16_t port, const std::string& for_whom);

/// So many different free ports, outside of the range that the kernel gives to outgoing connections.
Result<std::vector<std::uint16_t>> free_ports(std::size_t count);

}  // namespace shootout::launch
