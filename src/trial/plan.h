// The order in which a run's trials are measured.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "trial/selection.h"

namespace shootout::trial {

/// A scenario under a load.
struct CellName {
  std::string load, scenario;
  friend auto operator<=>(const CellName&, const CellName&) = default;
};

struct PlannedTrial {
  int number = 0;  ///< from 1
  std::string contender, scenario, load;
  int replicate = 0, block = 0, position = 0;  ///< from 1

  [[nodiscard]] CellName cell() const { return {load, scenario}; }
};

/// The contenders that can be measured in the scenario, in the selection's order.
[[nodiscard]] std::vector<std::string> contenders_of(const Selection& selection, const std::string& scenario);

/// The selection's cells, in the suite's order; those that no contender supports are none.
[[nodiscard]] std::vector<CellName> cells_of(const Selection& selection);

/// Whether the cell is measured in short trials over a window; else it is measured once a replicate: fixed
/// work, or a spike.
[[nodiscard]] bool is_steady(const Selection& selection, const CellName& cell);

/// Whether the cell's load changes its connections: a spike.
[[nodiscard]] bool is_spike(const Selection& selection, const CellName& cell);

/// The trials of one replicate: of each of `cells` its blocks (one where it is not steady), of each block
/// every contender that supports the scenario once. The order within a block is drawn from `seed` and what
/// block of which cell it is, whatever other cells take part; of two contenders, every second block of a cell
/// reverses the order (ABBA), which takes linear drift out of the pair. The same arguments give the same
/// trials on every machine; numbers begin at `first_number`.
[[nodiscard]] std::vector<PlannedTrial> plan_replicate(const Selection& selection, std::uint64_t seed,
                                                       int replicate, const std::vector<CellName>& cells,
                                                       int first_number);

/// Replicates that a run is planned with: as many as the selection says, at least; where a precision is
/// wanted, those below which none is reached. More may follow.
[[nodiscard]] int planned_replicates(const Selection& selection);

/// The planned replicates whole.
[[nodiscard]] std::vector<PlannedTrial> make_plan(const Selection& selection, std::uint64_t seed);

/// How long opening its connections takes, where the cell states a pace; else 0.
[[nodiscard]] double opening_seconds(const suite::Cell& cell);

/// How long one trial of this cell is likely to take, seconds: of fixed work from the cell's `delay` and
/// `calls`, and the contender's slots where it has those; of a steady load its settling and window; of a
/// spike its phases. A guess for progress, --dry-run and the budget; no figure rests on it.
[[nodiscard]] double expected_seconds(const suite::Cell& cell, const suite::Launchable& contender);

}  // namespace shootout::trial
