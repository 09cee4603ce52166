// What the reader must know before believing a run.
#pragma once

#include <string>
#include <vector>

#include "judge/evidence.h"

namespace shootout::judge {

[[nodiscard]] std::vector<std::string> warnings_for(const Evidence& evidence);

/// Why a limit that the run's plan sets on its contenders was not in force, of the first trial that tells;
/// empty: they were, or none are set.
[[nodiscard]] std::string limits_refused(const suite::RunRecord& run);

}  // namespace shootout::judge
