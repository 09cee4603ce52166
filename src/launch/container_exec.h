// A command in a container, with the caller's terminal.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "launch/docker_engine.h"

namespace shootout::launch {

/// Runs it to its end with this process's input and output (as a terminal where both are one), in the
/// container's working folder. Its exit status. Exit code 5 where the container is gone.
Result<int> exec_in_container(const DockerEngine& engine, const std::string& container,
                              const std::vector<std::string>& words);

}  // namespace shootout::launch
