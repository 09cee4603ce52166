// When enough has been measured.
#pragma once

#include <span>

namespace shootout::stats {

/// Fewer replicates never stop for precision: with few, a chance agreement looks precise (method.md).
inline constexpr int kReplicatesForPrecision = 10;

/// The confidence at which the intervals of a comparison are made that stops when they are narrow enough: it
/// stops rather where the values happen to lie close together, so that intervals at 95 % would miss the truth
/// in up to 6.6 % of all cases (after each of 10 to 40 replicates looked at; Anscombe 1953 on why). At 96.5 %
/// they cover 95 % (simulation_test.cc). A higher confidence for the stopping alone, or more replicates after
/// it, do not mend it.
inline constexpr double kWatchedConfidence = 0.965;

/// Whether the t interval of these log-ratios at `confidence` is within +- `precision` of the ratio: its
/// half-width at most ln(1 + precision), with at least kReplicatesForPrecision values. Looks at the width
/// alone, never at where the interval lies.
[[nodiscard]] bool precise_enough(std::span<const double> log_ratios, double precision,
                                  double confidence = kWatchedConfidence);

/// exp(half-width) - 1 of that interval: 0.05 stands for +-5 %; infinite with fewer than two values.
[[nodiscard]] double precision_of(std::span<const double> log_ratios, double confidence = kWatchedConfidence);

}  // namespace shootout::stats
