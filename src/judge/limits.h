// What bounds a contender in a cell, where its slots and the figures tell.
#pragma once

#include <string>

#include "judge/evidence.h"

namespace shootout::judge {

/// In a sentence without a full stop; empty where nothing is known. With slots (workers x threads) and one
/// call a request, of fixed work: how many rounds N clients need at least, and how many the fullest worker's
/// share made of it; of a steady load, the rate that they allow. With one client: whether its calls waited
/// one after the other or all at once, as the service saw it. Under a steady load also what
/// judge/saturation.h knows.
[[nodiscard]] std::string limit_of(const Evidence& evidence, const suite::Load& load,
                                   const suite::Scenario& scenario, const std::string& contender);

}  // namespace shootout::judge
