// What a run's decisions need of its trials, and whether it came to anything.
#pragma once

#include "suite/record.h"
#include "trial/selection.h"

namespace shootout::trial {

/// The trial without what only a report needs: runs of thousands of trials stay small in memory.
[[nodiscard]] suite::TrialRecord for_deciding(const Selection& selection, const suite::TrialRecord& trial);

/// Whether every trial of fixed work that was measured has a valid attempt; and whether every contender has,
/// under every steady load, valid trials in as many replicates as decide (or in all, where fewer were
/// measured), and came to rest. Else the run is not valid (exit code 4).
[[nodiscard]] bool is_complete(const Selection& selection, const suite::RunRecord& run);

}  // namespace shootout::trial
