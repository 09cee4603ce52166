// Holds a tree of processes still with SIGSTOP, and lets it go on so that it does not notice.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"

namespace shootout::launch {

class FrozenTree {
 public:
  /// The living processes, parents first; called again and again while they are being stopped.
  using Members = std::function<std::vector<pid_t>()>;

  /// SIGSTOP to all, parents first (a master must not see that its workers stand still), again until every
  /// thread of every process is stopped, those forked meanwhile included. Where some process still runs after
  /// 2 s (held in the kernel, another user's) all go on again, and the error (exit code 5) names it.
  static Result<FrozenTree> freeze(const Members& members);

  /// SIGCONT, children before their parents. Before a parent follows, its children have had 20 ms, and on a
  /// busy machine (200 ms at the most) as long as it takes until they have run and wait again: by then a
  /// worker has told its master that it lives. Not so one that waits in select(2), which then waits for what
  /// was left of its timeout: the sync workers of Gunicorn need a --timeout longer than they may be frozen.
  /// Returns when the last ones have run, too. An error (exit code 5) names the processes that ended while
  /// they were frozen, and those that are new.
  Result<void> thaw(const Members& members) const;

 private:
  struct Process {
    pid_t parent = 0;
    std::uint64_t start_ticks = 0;  ///< tells a reused process id apart
    std::string name;
  };
  explicit FrozenTree(const std::vector<pid_t>& members);
  /// Those that have no children, then those that have only such children, and so on; the root last.
  [[nodiscard]] std::vector<std::vector<pid_t>> waves() const;
  [[nodiscard]] bool lives(pid_t pid) const;

  std::map<pid_t, Process> processes_;
};

}  // namespace shootout::launch
