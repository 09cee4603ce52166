// Conditions on what changed from one run to another, held against a comparison of theirs.
#pragma once

#include <string>
#include <vector>

#include "base/condition.h"
#include "judge/comparison.h"
#include "judge/judgement.h"

namespace shootout::judge {

struct ConditionVerdict {
  /// It holds where it surely holds in some cell; it does not where it surely holds in none.
  Holds holds = Holds::could_not_tell;
  /// The figures that make it hold, or that leave it open: "p99 of flask-gunicorn, clients medium: 1.02x
  /// [0.91, 1.14], n = 6".
  std::vector<std::string> parts;
};

/// A cell is a load, a scenario and a contender; a change that names a contender is looked up in that one's,
/// whichever cell is judged. "Surely": Welch's interval lies whole beyond the change's bound, at Holm's level
/// among all cells that the change is looked up in. Fails (exit code 2) on a contender that neither run has.
[[nodiscard]] Result<ConditionVerdict> verdict_on(const Condition& condition, const RunComparison& comparison,
                                                  const Evidence& before, const Evidence& after);

}  // namespace shootout::judge
