// The CPU time of every process of the machine, and whose it was.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "observe/machine_counters.h"

namespace shootout::observe {

/// A process in a census; one that has ended and waits for its parent is still in it.
struct CensusEntry {
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;  ///< tells a reused process id apart
  std::string name;
  bool kernel_thread = false;
  double cpu_s = 0;       ///< since it started, all threads; nanoseconds, behind by a timer tick at most
  double children_s = 0;  ///< of the children that it has waited for, and theirs; in the kernel's ticks
};

using Census = std::map<pid_t, CensusEntry>;

/// One pass over /proc: about 15 us a process.
[[nodiscard]] Census take_census();

/// CPU seconds between two looks, of those processes that could be seen. What a process used that ended
/// meanwhile counts as its parent's, as far as the parent has waited for it.
struct CpuDivision {
  double ours_s = 0, others_s = 0, kernel_s = 0;
  struct Share {
    pid_t pid = 0;
    std::string name;
    double cpu_s = 0;
  };
  std::vector<Share> others;  ///< the busiest first
};

/// `ours`: the roots of the trees that are not others'. Kernel threads work for whoever asks, and are
/// neither.
[[nodiscard]] CpuDivision divide_cpu(const Census& before, const Census& after,
                                     const std::vector<pid_t>& ours);
[[nodiscard]] inline CpuDivision divide_cpu(const Census& before, const Census& after, pid_t ours) {
  return divide_cpu(before, after, std::vector<pid_t>{ours});
}

/// CPU seconds that the cores were busy with and no process did that could be seen: of another container, of
/// another user where /proc hides them, or so short-lived that nobody waited for it. 0 where it may be the
/// rounding of the kernel's ticks alone.
[[nodiscard]] double unseen_s(const CpuDivision& seen, const CoresUsed& used);

}  // namespace shootout::observe
