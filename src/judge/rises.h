// Whether the improvement rises with the concurrency.
#pragma once

#include "judge/evidence.h"
#include "judge/finding.h"

namespace shootout::judge {

/// Over the load's scenarios, ordered by the calls that can wait at once. Each step from a scenario to the
/// next is paired within the replicates. Held where every step certainly rises, or where every one of at
/// least two replicates rises at every step; did_not_hold where a step certainly falls.
[[nodiscard]] Finding find_rise(const Evidence& evidence, const suite::Load& load, const Pair& pair);

}  // namespace shootout::judge
