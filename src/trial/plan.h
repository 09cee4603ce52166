// The order in which a run's trials are measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trial/selection.h"

namespace shootout::trial {

struct PlannedTrial {
  int number = 0;  ///< from 1
  std::string contender, scenario, load;
  int replicate = 0, block = 0, position = 0;  ///< from 1
};

/// Every replicate measures each cell's block: every contender once. The order within a block is drawn from
/// `seed`; of two contenders, every second block of a cell reverses the order (ABBA), which takes linear
/// drift out of the pair. The same selection and seed give the same plan on every machine.
[[nodiscard]] std::vector<PlannedTrial> make_plan(const Selection& selection, std::uint64_t seed);

/// How long one trial of this cell is likely to take, seconds: from the cell's `delay` and `calls`, and the
/// contender's slots where it has those. A guess for progress and --dry-run; no figure rests on it.
[[nodiscard]] double expected_seconds(const suite::Cell& cell, const suite::Launchable& contender);

}  // namespace shootout::trial
