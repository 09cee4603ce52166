// What a running server is made of, read off /proc and the kernel's socket tables.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json.hpp>

namespace shootout::observe {

/// Of the tree at `root` that listens on `port` (0: none). What cannot be read is absent:
///   processes   living ones
///   threads     of all of them
///   backlog     the listening socket's queue, as listen(2) got it
///   listeners   listening sockets on the port (several: SO_REUSEPORT)
///   cpus        [numbers] that every process may run on
///   open_files  the lowest soft limit of a process
///   libraries   [names] of loaded native modules that are known to make a difference: "uvloop", "httptools",
///               "bjoern", "libev", "orjson", "asyncpg", "psycopg2", "granian" ...
[[nodiscard]] nlohmann::json portrait_of(pid_t root, std::uint16_t port);

}  // namespace shootout::observe
