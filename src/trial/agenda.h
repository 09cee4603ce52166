// What is measured next: replicate by replicate, until the wanted precision is reached or the budget is
// spent.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "suite/record.h"
#include "trial/plan.h"
#include "trial/selection.h"

namespace shootout::trial {

inline constexpr int kAttempts = 3;  ///< of one trial that a gate voids

/// Decides from what was measured alone, so that a run that was cut off goes on with the same plan. Of a
/// steady load a cell is left out from then on when its intervals are narrow enough; what time that saves
/// goes to the others, the widest first where the budget does not hold them all.
class Agenda {
 public:
  /// The selection must outlive it.
  Agenda(const Selection& selection, std::uint64_t seed) : selection_(selection), seed_(seed) {}

  struct Replicate {
    int number = 0;                    ///< from 1
    std::vector<PlannedTrial> trials;  ///< still to be measured
  };
  /// The first replicate that is not complete in `so_far`; nothing when the run is. `so_far` only ever grows
  /// between calls.
  [[nodiscard]] std::optional<Replicate> next(const suite::RunRecord& so_far);

  /// Trials of the replicates up to the one that next() told last.
  [[nodiscard]] int planned() const { return first_number_ - 1 + static_cast<int>(trials_.size()); }

 private:
  [[nodiscard]] std::vector<CellName> wanted_cells(const suite::RunRecord& earlier) const;

  const Selection& selection_;
  std::uint64_t seed_;
  int replicate_ = 0;
  int first_number_ = 1;
  std::vector<PlannedTrial> trials_;  ///< of replicate_, all
};

/// Whether a trial's record ends its attempts: it is valid, or the last one.
[[nodiscard]] bool is_final(const suite::TrialRecord& trial);

}  // namespace shootout::trial
