#include "stats/location.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "stats/normal.h"

namespace shootout::stats {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::ranges::sort(copy);
  return copy;
}

double middle_of(const std::vector<double>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double mean_without(const std::vector<double>& sorted, std::size_t at_each_end) {
  const auto from = sorted.begin() + static_cast<std::ptrdiff_t>(at_each_end);
  const auto to = sorted.end() - static_cast<std::ptrdiff_t>(at_each_end);
  return std::accumulate(from, to, 0.0) / static_cast<double>(to - from);
}

/// In how many of the 2^n ways of giving the ranks 1 ... n a sign the positive ones add up to each sum
/// (Wilcoxon 1945). Whole numbers that a double holds exactly up to n = 53.
std::vector<double> signed_rank_counts(std::size_t n) {
  std::vector<double> counts(n * (n + 1) / 2 + 1);
  counts[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank)
    for (std::size_t sum = rank * (rank + 1) / 2; sum >= rank; --sum) counts[sum] += counts[sum - rank];
  return counts;
}

/// The largest k with P(T < k) <= tail, T being the sum of the positive ranks: the interval runs from the
/// k-th Walsh average to the k-th from the end (Tukey's interval; Hollander, Wolfe & Chicken 2014, section
/// 3.3). 0: there is none.
std::size_t walsh_rank(std::size_t n, double tail) {
  constexpr std::size_t kMostExact = 50;
  if (n <= kMostExact) {
    const std::vector<double> counts = signed_rank_counts(n);
    const double allowed = std::ldexp(tail, static_cast<int>(n));
    std::size_t k = 0;
    for (double below = counts[0]; below <= allowed; below += counts[k]) ++k;
    return k;
  }
  // Mean n (n + 1) / 4, variance n (n + 1) (2 n + 1) / 24, continuity corrected.
  const double count = static_cast<double>(n);
  const double k = count * (count + 1) / 4 + 0.5 +
                   normal_quantile(tail) * std::sqrt(count * (count + 1) * (2 * count + 1) / 24);
  return static_cast<std::size_t>(std::max(k, 0.0));
}

}  // namespace

double median(std::span<const double> values) {
  return middle_of(sorted(values));
}

double trimmed_mean(std::span<const double> values, double cut) {
  return mean_without(sorted(values), static_cast<std::size_t>(cut * static_cast<double>(values.size())));
}

double replicate_estimate(std::span<const double> differences) {
  const std::size_t n = differences.size();
  return mean_without(sorted(differences), n < 5 ? 0 : std::max<std::size_t>(1, n / 10));
}

Estimate hodges_lehmann(std::span<const double> values, double confidence) {
  std::vector<double> walsh;
  walsh.reserve(values.size() * (values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = i; j < values.size(); ++j) walsh.push_back((values[i] + values[j]) / 2);
  std::ranges::sort(walsh);
  Estimate estimate;
  estimate.n = static_cast<int>(values.size());
  estimate.value = middle_of(walsh);
  if (const std::size_t k = walsh_rank(values.size(), (1 - confidence) / 2); k > 0) {
    estimate.low = walsh[k - 1];
    estimate.high = walsh[walsh.size() - k];
  }
  return estimate;
}

}  // namespace shootout::stats
