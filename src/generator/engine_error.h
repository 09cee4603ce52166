// The engine's failures in the words of the rest of shootout.
#pragma once

#include "base/error.h"
#include "engine/error.h"

namespace shootout::generator {

/// The same failure with the exit code that scripts rely on: a bad plan is `usage`, a target that cannot be
/// reached and a limit of this machine are `environment`, a failed system call is `internal`.
[[nodiscard]] Error translated(const engine::Error& error);

}  // namespace shootout::generator
