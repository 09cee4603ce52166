// A t interval looked at again: at another confidence, and as the test that it is.
#pragma once

#include "stats/paired_ratio.h"

namespace shootout::stats {

/// Where an estimate's interval is even: around the value, or around its logarithm (of ratios).
enum class Scale { plain, logarithmic };

/// The same estimate with its interval at `confidence`. `estimate` has the t interval at 95 %; without one
/// (n = 1) it stays as it is.
[[nodiscard]] Estimate at_confidence(const Estimate& estimate, Scale scale, double confidence);

/// The two-sided p-value of the t test that the true figure is `value` (> 0 on the logarithmic scale), from
/// an estimate with its interval at 95 %: the confidence at which the interval just reaches it is 1 less
/// this. 1 without an interval; where the interval has no width 1 or 0.
[[nodiscard]] double p_value(const Estimate& estimate, Scale scale, double value);

}  // namespace shootout::stats
