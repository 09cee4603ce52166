// What the processes of a server use: CPU, memory, disk.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shootout::observe {

/// One process's totals since it started. Absent: could not be read (another user's, or gone).
struct ProcessUsage {
  pid_t pid = 0;
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;  ///< tells a reused process id apart
  std::string name;               ///< at most 15 characters; bytes that are no printable ASCII as '?'
  /// All threads, living and dead. The sum is of nanoseconds (a thread that runs at this moment is behind by
  /// at most one timer tick); its split into user and system is only as fine as the kernel's ticks of 10 ms.
  double cpu_user_s = 0, cpu_system_s = 0;
  std::int64_t rss_bytes = 0;
  std::optional<std::int64_t> pss_bytes;
  std::optional<std::int64_t> disk_read_bytes,
      disk_written_bytes;  ///< what reached the storage layer, not caches
};

/// A moment of a tree.
struct TreeUsage {
  double at_s = 0;                      ///< monotonic clock, seconds
  std::vector<ProcessUsage> processes;  ///< the root first, then level by level
  [[nodiscard]] std::int64_t rss_bytes() const;
  [[nodiscard]] std::optional<std::int64_t> pss_bytes() const;  ///< absent unless every process's is known
};

/// The process ids of a tree by parentage, the root first, then level by level; empty where the root is gone.
/// Processes that have ended and wait for their parent (zombies) are not in it.
[[nodiscard]] std::vector<pid_t> tree_of(pid_t root);

/// Reads /proc for each process of the tree. `with_pss` costs a page-table walk per process.
[[nodiscard]] TreeUsage usage_of(pid_t root, bool with_pss);

/// The same for several trees, in one pass over /proc.
[[nodiscard]] std::vector<TreeUsage> usages_of(const std::vector<pid_t>& roots, bool with_pss);

/// CPU seconds used between two moments of the same tree: processes that appeared count whole; those that
/// ended are known no more, so that successive moments must be added up to count them up to the last one they
/// were seen in.
struct CpuUsed {
  double user_s = 0, system_s = 0;
};
[[nodiscard]] CpuUsed cpu_between(const TreeUsage& before, const TreeUsage& after);

}  // namespace shootout::observe
