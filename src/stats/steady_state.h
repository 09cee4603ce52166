// When a series has come to rest, and whether it drifts.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace shootout::stats {

/// MSER-5 (White, Cobb & Spratt 2000): how many values to leave out from the front, so that the standard
/// error of the mean of what is left is least; told from the means of batches of `batch` values, what does
/// not fill one at the end left aside, and with a third of the batches kept, at least three. Nothing ("no
/// steady state") where that is more than half of the values, and of fewer than 10 values or two batches. Of
/// a level series it is nothing too in 12 % of all cases with 10 batches, 7 % with 20, 1.4 % with 40: give it
/// 20 or more.
[[nodiscard]] std::optional<std::size_t> mser(std::span<const double> values, std::size_t batch = 5);

/// Kendall's S of a series against time (Mann 1945): pairs that rise less pairs that fall; and its variance
/// under no trend, ties considered. Sums of S and of variances over independent series test them together
/// (Hirsch & Slack 1984).
struct Trend {
  double s = 0, variance = 0;
  Trend& operator+=(const Trend& other) {
    s += other.s;
    variance += other.variance;
    return *this;
  }
  /// Two-sided p-value by the normal approximation with continuity correction.
  [[nodiscard]] double p_value() const;
};
[[nodiscard]] Trend trend_of(std::span<const double> values);

}  // namespace shootout::stats
