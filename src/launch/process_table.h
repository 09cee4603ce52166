// The processes of this machine, as /proc shows them (proc(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shootout::launch {

/// A living process: neither a zombie nor gone, or a zombie leader whose threads go on.
struct Process {
  pid_t pid = 0, parent = 0, group = 0, session = 0;
  std::uint64_t start_ticks = 0;  ///< since boot; tells a reused process id apart
  char state = '?';               ///< 'T' is stopped by a signal
  std::string name{};             ///< at most 15 characters, as the kernel keeps it
};

using ProcessTable = std::map<pid_t, Process>;

[[nodiscard]] ProcessTable read_processes();

/// Nothing where it does not live.
[[nodiscard]] std::optional<Process> read_process(pid_t pid);

/// Whether this very process lives: the id alone may have been given to another one since.
[[nodiscard]] bool lives(pid_t pid, std::uint64_t start_ticks);

/// The living descendants of a process, parents before their children; `root` itself is not among them.
[[nodiscard]] std::vector<pid_t> descendants(const ProcessTable& table, pid_t root);

/// The arguments with blanks between them; the name in brackets where there are none; empty where it is gone.
[[nodiscard]] std::string command_line(pid_t pid);

/// A variable of the environment that the process was started with; nothing where it has none or is another
/// user's.
[[nodiscard]] std::optional<std::string> start_variable(pid_t pid, const std::string& name);

/// Whether its working folder is this one or lies below it.
[[nodiscard]] bool works_below(pid_t pid, const std::filesystem::path& folder);

/// The inodes of the sockets that the process holds open; nothing where the kernel does not tell.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> sockets_of(pid_t pid);

}  // namespace shootout::launch
