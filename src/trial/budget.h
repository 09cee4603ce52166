// How a time budget is spent: so many blocks that enough replicates fit.
#pragma once

#include "trial/selection.h"

namespace shootout::trial {

/// The blocks of a steady load in a replicate with which the planned replicates fit into the selection's
/// budget: at least 2, at most the profile's. Without a budget the profile's.
[[nodiscard]] int blocks_within_budget(const Selection& selection);

}  // namespace shootout::trial
