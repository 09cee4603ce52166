// What became of a contender while its load rose and fell.
#pragma once

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Over the cell's valid trials; phases as the trials observed them (suite/record.h).
[[nodiscard]] SpikeFigures spike_of(const Evidence& evidence, const suite::Load& load,
                                    const suite::Scenario& scenario, const std::string& contender);

}  // namespace shootout::judge
