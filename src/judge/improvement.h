// How much better one contender of a pair is than the other over a load.
#pragma once

#include <optional>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Of fixed work only (rates of different scenarios have no common average); nothing where no scenario has a
/// ratio.
[[nodiscard]] std::optional<LoadSummary> summary_of(const Evidence& evidence, const suite::Load& load,
                                                    const Pair& pair);

}  // namespace shootout::judge
