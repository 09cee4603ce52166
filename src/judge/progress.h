// What is still to be measured: decided by the width of the intervals alone, never by where they lie.
#pragma once

#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Of each cell of a steady load or a spike that has trials, in the suite's order: how precise its pairs with
/// the baseline (or with the leader) are, by the load's deciding metric, from the replicates that are whole.
/// `precision` 0.05: +-5 % is wanted; 0: as precise as the budget allows. Seconds are told from what the
/// cell's replicates took so far (TrialRecord::run_s).
[[nodiscard]] std::vector<CellProgress> progress_of(const Evidence& evidence, double precision);

}  // namespace shootout::judge
