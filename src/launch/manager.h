// The process manager: starts the programs of a contender that consists of several, and starts again what
// dies.
//
// It is the root of such a contender's tree, a process of its own that the guardian starts like any other
// server: what ends, freezes and observes a tree does so here. A subreaper, so that what a program leaves
// behind when it dies stays in the tree, where it is ended.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "suite/contender.h"

namespace shootout::launch {

/// What a manager is to start.
struct ManagerPlan {
  std::vector<suite::Program> programs;  ///< one a process
  std::filesystem::path data_folder;     ///< where programs without rights work; empty where there are none
};

/// The command line of a manager: shootout's own program, whose main must call manager_main(TEXT) for the
/// arguments
/// `__manager TEXT`.
[[nodiscard]] std::vector<std::string> manager_command(const ManagerPlan& plan);

/// The manager's main. Each program is the leader of a process group; the others work where the manager was
/// started. One that dies is said so in the log (stderr), what is left of its group is killed, since it may
/// hold its port, and it is started again after a pause (restart_pause.h). SIGTERM is passed on; whoever
/// still lives 2 s later is killed. The exit status: 0 when all have ended on request, 1 where a program died
/// at once again and again or could not be started; then the others are ended, too.
int manager_main(const std::string& plan);

}  // namespace shootout::launch
