// The ratio of two things measured side by side, with its interval.
#pragma once

#include <optional>
#include <span>

namespace shootout::stats {

/// A positive figure with an interval; `n` is the count of replicates behind it. With n = 1 low and high are
/// absent.
struct Estimate {
  double value = 0;
  std::optional<double> low, high;
  int n = 0;
};

/// The geometric mean of the paired ratios x[i] / y[i] and its interval at `confidence`:
/// exp(mean(d) +- t_{n-1} s_d / sqrt(n)) with d = ln(x / y) (method.md; Fleming & Wallace, CACM 1986 for the
/// mean). All values must be > 0 and the spans of equal length n >= 1.
[[nodiscard]] Estimate paired_ratio(std::span<const double> x, std::span<const double> y,
                                    double confidence = 0.95);

/// The mean of `values` with its t interval on the plain scale.
[[nodiscard]] Estimate mean(std::span<const double> values, double confidence = 0.95);

}  // namespace shootout::stats
