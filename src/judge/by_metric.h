// Figures of a run that are made of one metric of its trials: ratios, changes, means, sums.
#pragma once

#include "judge/evidence.h"
#include "judge/finding.h"

namespace shootout::judge {

/// Of the kinds `ratio`, `change`, `metric`, `total` and `error_share`, under a load of the suite. By the
/// rules of the load's verdicts: too few replicates, a contender that did not come to rest, and quantiles of
/// few values decide nothing.
[[nodiscard]] Finding find_by_metric(const Evidence& evidence, const Question& question,
                                     const suite::Load& load);

}  // namespace shootout::judge
