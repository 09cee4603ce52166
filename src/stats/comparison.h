// What a sample of paired log-ratios decides.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace shootout::stats {

/// The two-sided p-value of the one-sample t test that the mean of `values` is `mean`. 1 with fewer than two
/// values; 0 or 1 where they do not vary.
[[nodiscard]] double t_test(std::span<const double> values, double mean = 0);

/// Welch's interval for mean(x) - mean(y) of independent samples, each of at least two values (Welch 1947,
/// degrees of freedom after Satterthwaite 1946).
struct Difference {
  double value = 0, low = 0, high = 0;
  double degrees = 0;
};
[[nodiscard]] Difference welch(std::span<const double> x, std::span<const double> y,
                               double confidence = 0.95);

/// The levels at which Holm's step-down test (Holm 1979) judges each p-value at `alpha` over all: the
/// smallest at alpha / m, the next at alpha / (m - 1) ... ; from the first that is not rejected on, all at
/// that one's level. An interval at confidence 1 - level leaves the null value out exactly where Holm rejects
/// it.
[[nodiscard]] std::vector<double> holm_levels(std::span<const double> p_values, double alpha = 0.05);

/// Two one-sided t tests (Schuirmann 1987): whether the mean of `values` surely lies in [-margin, margin],
/// each test at `level`, that is: whether the interval at confidence 1 - 2 level lies inside.
[[nodiscard]] bool equivalent(std::span<const double> values, double margin, double level = 0.05);

/// The smallest true difference that n such values would have found: (t_.975 + t_.80) s / sqrt(n), n - 1
/// degrees of freedom, at two-sided 5 % with a power of 80 %. Nothing with fewer than two values.
[[nodiscard]] std::optional<double> minimal_detectable(std::span<const double> values);

/// How many values as scattered as these would bring the half-width of the 95 % t interval below `half_width`
/// (> 0); at least 2, at most 100,000. Nothing with fewer than two values.
[[nodiscard]] std::optional<int> values_needed(std::span<const double> values, double half_width,
                                               double confidence = 0.95);

/// Rank intervals [1 + surely better, K - surely worse]. `better[i][j]`: i is surely better than j.
struct Rank {
  int low = 1, high = 1;
};
[[nodiscard]] std::vector<Rank> rank_intervals(const std::vector<std::vector<bool>>& better);

}  // namespace shootout::stats
