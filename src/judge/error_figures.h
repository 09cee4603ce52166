// What went wrong where errors are findings, and why.
#pragma once

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Over the cell's valid trials, of a load with the statistics of wrk.
[[nodiscard]] ErrorFigures errors_of(const Evidence& evidence, const suite::Load& load,
                                     const suite::Scenario& scenario, const std::string& contender);

}  // namespace shootout::judge
