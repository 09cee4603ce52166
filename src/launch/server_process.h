// Starts one server's process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "launch/guardian_protocol.h"
#include "launch/set_mark.h"

namespace shootout::launch {

/// Starts the command as the leader of a session of its own: stdin is empty, stdout and stderr are appended
/// to the log file, only the wanted CPUs, every signal as the system sets it, and SIGKILL when the calling
/// process goes; in the groups of these `doors` (limited_group.h), and as an account without rights where the
/// spec wants that. An error (exit code 5) says which step failed, e.g. a program that is not there.
Result<pid_t> start_process(const ServerSpec& spec, const SetMark& mark,
                            const std::filesystem::path& temporary, const std::vector<std::string>& doors);

/// "exit status 1", "signal 9 (Killed)": a status of waitpid() in words.
[[nodiscard]] std::string how_ended(int wait_status);

}  // namespace shootout::launch
