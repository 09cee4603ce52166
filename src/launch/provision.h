// What a server needs beside its process: its data folder, and the commands before its start and after it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"
#include "launch/container.h"
#include "launch/guardian_protocol.h"
#include "launch/set_mark.h"

namespace shootout::launch {

/// What its commands are run with.
struct Surroundings {
  SetMark mark;
  std::filesystem::path temporary;
  std::function<bool()> stop_asked;  ///< ends a command early
};

/// Makes the data folder anew and runs the commands before the start in it. On failure nothing is left.
Result<void> provide(const ServerSpec& spec, const Surroundings& around);

/// Why the server's own command does not call it ready yet; empty where it does.
Result<std::string> what_is_missing(const ServerSpec& spec, const Surroundings& around);

/// Runs the commands that follow when it is ready, in its folder.
Result<void> furnish(const ServerSpec& spec, const Surroundings& around);

/// The same two of a server in a container: its commands are run in there.
Result<std::string> what_is_missing(const ServerSpec& spec, const Container& container);
Result<void> furnish(const ServerSpec& spec, const Container& container);

}  // namespace shootout::launch
