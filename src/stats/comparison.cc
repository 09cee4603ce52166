#include "stats/comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stats/moments.h"
#include "stats/student.h"

namespace shootout::stats {

double t_test(std::span<const double> values, double mean) {
  if (values.size() < 2) return 1;
  const Moments sample = moments_of(values);
  if (sample.variance == 0) return sample.mean == mean ? 1 : 0;
  const double t = (sample.mean - mean) / std::sqrt(sample.variance / sample.n);
  return 2 * t_cdf(-std::abs(t), sample.n - 1);
}

Difference welch(std::span<const double> x, std::span<const double> y, double confidence) {
  const Moments a = moments_of(x), b = moments_of(y);
  const double from_a = a.variance / a.n, from_b = b.variance / b.n;
  Difference difference;
  difference.value = difference.low = difference.high = a.mean - b.mean;
  difference.degrees = a.n + b.n - 2;
  const double variance = from_a + from_b;
  if (variance == 0) return difference;
  const double share = from_a / variance;  // Satterthwaite's formula, divided by the variance squared
  difference.degrees = 1 / (share * share / (a.n - 1) + (1 - share) * (1 - share) / (b.n - 1));
  const double half = t_quantile((1 + confidence) / 2, difference.degrees) * std::sqrt(variance);
  difference.low -= half;
  difference.high += half;
  return difference;
}

std::vector<double> holm_levels(std::span<const double> p_values, double alpha) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> levels(p_values.size());
  std::size_t left = p_values.size();
  for (const std::size_t i : order) {
    levels[i] = alpha / static_cast<double>(left);
    if (p_values[i] <= levels[i]) --left;
  }
  return levels;
}

bool equivalent(std::span<const double> values, double margin, double level) {
  if (values.size() < 2) return false;
  const Moments sample = moments_of(values);
  return std::abs(sample.mean) + half_width(sample, 1 - 2 * level) <= margin;
}

std::optional<double> minimal_detectable(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const Moments sample = moments_of(values);
  return (t_quantile(0.975, sample.n - 1) + t_quantile(0.80, sample.n - 1)) *
         std::sqrt(sample.variance / sample.n);
}

std::optional<int> values_needed(std::span<const double> values, double half_width, double confidence) {
  if (values.size() < 2) return std::nullopt;
  Moments sample = moments_of(values);
  const auto enough = [&](int n) {
    sample.n = n;
    return stats::half_width(sample, confidence) <= half_width;
  };
  int low = 2, high = 100'000;  // the half-width falls with n: t falls, and s / sqrt(n) falls
  while (low < high) {
    const int n = (low + high) / 2;
    if (enough(n))
      high = n;
    else
      low = n + 1;
  }
  return low;
}

std::vector<Rank> rank_intervals(const std::vector<std::vector<bool>>& better) {
  const int count = static_cast<int>(better.size());
  std::vector<Rank> ranks(better.size(), {1, count});
  for (std::size_t i = 0; i < better.size(); ++i)
    for (std::size_t j = 0; j < better.size(); ++j)
      if (better[i][j]) {
        --ranks[i].high;
        ++ranks[j].low;
      }
  return ranks;
}

}  // namespace shootout::stats
