// Whether a contender came to rest under a steady load: seen over a whole cell, since a single short trial is
// too noisy to tell.
#pragma once

#include <string>

#include "judge/evidence.h"

namespace shootout::judge {

/// "no steady state: requests/s fell by 34 % from the first third of a replicate's blocks to the last, in 6
/// of 6 replicates"; empty where none can be shown. Mann-Kendall's test over the blocks within each
/// replicate, the replicates together (p < 0.001), and a change beyond the suite's drift_percent.
[[nodiscard]] std::string unsteady(const Evidence& evidence, const suite::Load& load,
                                   const suite::Scenario& scenario, const std::string& contender);

}  // namespace shootout::judge
