// Starts a child process that becomes another program.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/account.h"

namespace shootout::launch {

struct ChildSpec {
  std::string name;                              ///< for messages
  std::vector<std::string> command;              ///< the first is looked for in PATH of `variables`
  std::map<std::string, std::string> variables;  ///< its whole environment
  std::filesystem::path folder{};                ///< where it works; empty: here
  std::optional<Account> account{};              ///< as whom it runs; nothing: as we do
  std::vector<std::string> doors{};              ///< of the control groups that it enters (limited_group.h)
  std::vector<int> cpus{};                       ///< empty: not pinned
  int log = -1;                                  ///< stdout and stderr; -1: ours
  bool leads_session = false;                    ///< else it leads a process group of our session
};

/// Starts it: stdin is empty, every signal as the system sets it, as many open files as the hard limit
/// allows, and SIGKILL when the calling process goes. An error (exit code 5) says which step failed, e.g. a
/// program that is not there.
Result<pid_t> start_child(const ChildSpec& spec);

/// "exit status 1", "signal 9 (Killed)": a status of waitpid() in words.
[[nodiscard]] std::string how_ended(int wait_status);

}  // namespace shootout::launch
