// How much better one contender of a pair is than the other over a load.
#pragma once

#include <optional>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Nothing of a steady load (rates of different scenarios have no common average), and where no scenario has
/// a ratio.
[[nodiscard]] std::optional<LoadSummary> summary_of(const Evidence& evidence, const suite::Load& load,
                                                    const Pair& pair);

}  // namespace shootout::judge
