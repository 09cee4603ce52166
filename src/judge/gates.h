// The checks that a trial must pass to count.
#pragma once

#include <string>
#include <vector>

#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::judge {

/// The gates that this trial fails, each as a sentence with the figure; empty: the trial is valid.
/// Looks at the record alone (metrics, load_result, observed).
[[nodiscard]] std::vector<std::string> failed_gates(const suite::TrialRecord& trial, const suite::Cell& cell);

/// True when the failure is the target's (it answered wrongly or claimed what it did not do): exit code 3.
[[nodiscard]] bool target_lied(const suite::TrialRecord& trial, const suite::Cell& cell);

}  // namespace shootout::judge
