// Robust middles of a sample.
#pragma once

#include <span>

#include "stats/paired_ratio.h"

namespace shootout::stats {

/// The middle value; of an even count the mean of the two in the middle. `values` must not be empty.
[[nodiscard]] double median(std::span<const double> values);

/// The mean of what is left when the share `cut` (0 <= cut < 0.5) of the values is taken off each end
/// (floor(cut * n) values; Tukey & McLaughlin 1963). `values` must not be empty.
[[nodiscard]] double trimmed_mean(std::span<const double> values, double cut);

/// A replicate's estimate: the robust mean of its blocks' paired log-ratios, without the outer tenth at each
/// end, of 5 blocks or more at least one each; of fewer the plain mean. `differences` must not be empty.
[[nodiscard]] double replicate_estimate(std::span<const double> differences);

/// The one-sample Hodges-Lehmann estimate, the median of all Walsh averages (x_i + x_j) / 2, i <= j (Hodges &
/// Lehmann 1963), with the exact interval of the signed-rank test at `confidence` for n <= 50 and its normal
/// approximation above; without an interval where n is too small for one at that confidence.
[[nodiscard]] Estimate hodges_lehmann(std::span<const double> values, double confidence = 0.95);

}  // namespace shootout::stats
