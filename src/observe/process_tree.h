// What the processes of a server use: CPU, memory, disk, network.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shootout::observe {

/// One process's totals since it started. Absent: could not be read (another user's, or gone).
struct ProcessUsage {
  pid_t pid = 0;
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;           ///< tells a reused process id apart
  std::string name;
  double cpu_user_s = 0, cpu_system_s = 0; ///< all threads, living and dead; nanoseconds where the kernel tells
  std::int64_t rss_bytes = 0;
  std::optional<std::int64_t> pss_bytes;
  std::optional<std::int64_t> disk_read_bytes, disk_written_bytes;
};

/// A moment of a tree.
struct TreeUsage {
  double at_s = 0;                         ///< monotonic clock, seconds
  std::vector<ProcessUsage> processes;     ///< the root first
  [[nodiscard]] std::int64_t rss_bytes() const;
  [[nodiscard]] std::optional<std::int64_t> pss_bytes() const;   ///< absent unless every process's is known
};

/// The process ids of a tree by parentage, the root first; empty where the root is gone.
[[nodiscard]] std::vector<pid_t> tree_of(pid_t root);

/// Reads /proc for each process of the tree. `with_pss` costs a page-table walk per process.
[[nodiscard]] TreeUsage usage_of(pid_t root, bool with_pss);

/// CPU seconds used between two moments of the same tree: processes that appeared count whole, those that ended
/// count up to the last moment they were seen.
struct CpuUsed {
  double user_s = 0, system_s = 0;
};
[[nodiscard]] CpuUsed cpu_between(const TreeUsage& before, const TreeUsage& after);

}  // namespace shootout::observe
