// Ends processes so that none is left.
#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

namespace shootout::launch {

struct EndingRules {
  double grace_s = 3;          ///< between SIGTERM and SIGKILL
  double hurried_grace_s = 1;  ///< from the moment on at which `hurry` is true
};

/// SIGKILL, past a freezer too.
void kill_at_once(pid_t pid);

/// SIGTERM to those that are children of this process (roots and daemons; the others are their parents'
/// business), SIGCONT to those that are stopped, children first; after the grace SIGKILL to all, again and
/// again until `members` finds none: they may be forking meanwhile. `members` gives living processes, parents
/// first, and is where the caller reaps. Returns those that could not be ended within 1.5 s of SIGKILL:
/// frozen by a cgroup, or held in the kernel.
std::vector<pid_t> end_processes(const std::function<std::vector<pid_t>()>& members,
                                 const std::function<bool()>& hurry, const EndingRules& rules = {});

}  // namespace shootout::launch
