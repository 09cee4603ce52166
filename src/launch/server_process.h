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
/// to the log file, only the wanted CPUs; in the groups of these `doors` (limited_group.h), and as an account
/// without rights where the spec wants that. Else as start_child() does it (child_process.h).
Result<pid_t> start_process(const ServerSpec& spec, const SetMark& mark,
                            const std::filesystem::path& temporary, const std::vector<std::string>& doors);

}  // namespace shootout::launch
