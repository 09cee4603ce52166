// Who leads a cell: the baseline of suites that name no contender for it (suite::kLeader).
#pragma once

#include <string>

#include "judge/evidence.h"

namespace shootout::judge {

/// The contender with the best mean of the load's deciding metric over its replicates, of those that came to
/// rest (of all, where none did) and have as many replicates as a verdict takes, or as many as anybody has.
/// Of equals the first in the suite's order. Empty where nobody has a figure.
[[nodiscard]] std::string leader_of(const Evidence& evidence, const suite::Load& load,
                                    const suite::Scenario& scenario);

}  // namespace shootout::judge
