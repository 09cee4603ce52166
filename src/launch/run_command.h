// A command that is run to its end: installers, compilers, what makes a database's folder.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/account.h"

namespace shootout::launch {

struct Command {
  std::vector<std::string> words = {};  ///< the first is a path, or a name to be found in PATH
  std::filesystem::path folder = {};    ///< where it runs; empty: here
  /// Beside our own environment; nothing for a variable takes it away.
  std::map<std::string, std::optional<std::string>> variables = {};
  std::filesystem::path log_file = {};  ///< its output is appended; empty: none
  bool alone = false;                   ///< nothing of our own environment, `variables` only
  std::optional<Account> account = {};  ///< as whom it runs; nothing: as we do
};

struct CommandOutcome {
  int status = 0;      ///< its exit status, 128 + the signal's number where one ended it
  std::string output;  ///< the last 64 KiB of stdout and stderr
};

/// Runs it with no input, in a process group of its own, to its end. When shootout ends first, in whatever
/// way, or `stop_asked` says so (exit code 130), every process of the group is killed. Fails (exit code 5)
/// where the program is not found or no process can be made; an exit status other than 0 is no failure here.
Result<CommandOutcome> run_command(const Command& command, const std::function<bool()>& stop_asked = {});

/// The program of this name in a list of folders as PATH has it; a name with a slash is itself.
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name,
                                                                const std::string& path);

}  // namespace shootout::launch
