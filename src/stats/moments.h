// Mean and variance of a sample.
#pragma once

#include <span>

namespace shootout::stats {

/// `variance` is the unbiased one, divided by n - 1; 0 with a single value, and exactly 0 where all are
/// alike.
struct Moments {
  double n = 0, mean = 0, variance = 0;
};
/// `values` must not be empty.
[[nodiscard]] Moments moments_of(std::span<const double> values);

/// The half-width of the t interval of the mean (Student 1908): t_{(1 + confidence) / 2, n - 1} s / sqrt(n).
/// At least two values.
[[nodiscard]] double half_width(const Moments& sample, double confidence);

}  // namespace shootout::stats
