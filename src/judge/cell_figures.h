// A contender's figures in one cell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// In each replicate: a steady load's quantile of its trials merged, else the mean of its trials.
[[nodiscard]] ByReplicate figures_by_replicate(const Evidence& evidence, const suite::Load& load,
                                               const suite::Scenario& scenario, const std::string& contender,
                                               const std::string& metric);

/// The fewest values beyond the quantile that one of those replicates (of other loads than steady ones: one
/// of the trials) rests on; nothing for other metrics, and where there is none.
[[nodiscard]] std::optional<std::uint64_t> fewest_beyond(const Evidence& evidence, const suite::Load& load,
                                                         const suite::Scenario& scenario,
                                                         const std::string& contender,
                                                         const std::string& metric);

/// All but the rank, which takes the others.
[[nodiscard]] CellFigures figures_of(const Evidence& evidence, const suite::Load& load,
                                     const suite::Scenario& scenario, const std::string& contender);

}  // namespace shootout::judge
