// Processes held by the freezer cgroup.
#pragma once

#include <sys/types.h>

namespace shootout::launch {

/// Thaws the cgroup (version 1) that holds the process frozen, where it may: nothing else ends such a
/// process, SIGKILL waits for the thaw. A frozen cgroup of version 2 lets SIGKILL through
/// (Documentation/admin-guide/cgroup-v2.rst).
void thaw(pid_t pid);

}  // namespace shootout::launch
