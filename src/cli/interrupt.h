// Ctrl-C and SIGTERM, seen as flags that long work looks at.
#pragma once

#include "base/error.h"

namespace shootout::cli {

/// From now on SIGINT, SIGTERM and SIGHUP set a flag instead of ending the program; a third one ends it at
/// once. SIGPIPE is ignored: a closed pipe is an error of write().
void install_interrupt_handlers();

[[nodiscard]] bool interrupted();

/// The exit code of what came: interrupted (130) or terminated (143); `done` where nothing came.
[[nodiscard]] ExitCode interruption();

}  // namespace shootout::cli
