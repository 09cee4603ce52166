// How much better one contender of a pair is than the other: in a cell, and over a load.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// The metric that a cell's verdict is about.
inline constexpr const char* kDecidingMetric = "duration_s";

/// Differences below 3 % either way count as none.
inline constexpr double kEquivalenceMargin = 1.03;

/// Equivalent where two one-sided tests at 5 % (the 90 % interval) show a difference within the margin,
/// however surely it is not zero; else faster or slower where the 95 % interval leaves 1 out; else, and with
/// a single replicate, inconclusive. `ratios` must not be empty.
[[nodiscard]] Word word_for(const ByReplicate& ratios);

/// The cell's verdicts, the deciding metric's first; those without a valid pair of trials are left out.
[[nodiscard]] std::vector<Verdict> verdicts_of(const Evidence& evidence, const suite::Load& load,
                                               const suite::Scenario& scenario, const Pair& pair);

/// Nothing where no scenario has a ratio.
[[nodiscard]] std::optional<LoadSummary> summary_of(const Evidence& evidence, const suite::Load& load,
                                                    const Pair& pair);

}  // namespace shootout::judge
