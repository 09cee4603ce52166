// The checks that a trial must pass to count. Each looks at the environment, the generator or the correctness
// of the answers; none at whether the result pleases.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::judge {

/// Every figure that a gate looks at, with its threshold and, where it failed, the reason in a sentence.
/// Looks at the record alone (metrics, load_result, observed); a figure that was not taken has no gate.
[[nodiscard]] std::vector<suite::GateFigure> gate_figures(const suite::TrialRecord& trial,
                                                          const suite::Cell& cell, const suite::Gates& gates);

/// The reasons of those that failed, as "GATE: REASON".
[[nodiscard]] std::vector<std::string> failures(const std::vector<suite::GateFigure>& figures);

/// Whether the figure must reach its threshold; all others must not exceed theirs.
[[nodiscard]] bool wants_much(std::string_view figure);

/// True when the failure is the target's (it answered wrongly or claimed what it did not do): exit code 3.
[[nodiscard]] bool target_lied(const suite::TrialRecord& trial, const suite::Cell& cell);

}  // namespace shootout::judge
