#include "stats/steady_state.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "stats/moments.h"
#include "stats/normal.h"

namespace shootout::stats {

std::optional<std::size_t> mser(std::span<const double> values, std::size_t batch) {
  if (values.size() < 10 || values.size() < 2 * batch) return std::nullopt;
  std::vector<double> means;
  for (std::size_t end = batch; end <= values.size(); end += batch)
    means.push_back(moments_of(values.subspan(end - batch, batch)).mean);
  // A few batches at the end can lie close together by chance, so some always stay, as Hoad, Robinson &
  // Davies (2010) keep five.
  const std::size_t kept = std::max<std::size_t>(3, (means.size() + 2) / 3);
  std::size_t best = 0;
  double least = 0;
  for (std::size_t cut = 0; cut + kept <= means.size(); ++cut) {
    const Moments left = moments_of(std::span(means).subspan(cut));
    // The squared standard error with the population's variance, as White, Cobb & Spratt have it.
    const double error = left.variance * (left.n - 1) / (left.n * left.n);
    if (cut == 0 || error < least) {
      best = cut;
      least = error;
    }
  }
  if (2 * best * batch > values.size()) return std::nullopt;
  return best * batch;
}

double Trend::p_value() const {
  if (variance <= 0) return 1;
  const double z = (std::abs(s) - 1) / std::sqrt(variance);
  return std::min(1.0, 2 * normal_cdf(-z));
}

Trend trend_of(std::span<const double> values) {
  Trend trend;
  for (std::size_t later = 1; later < values.size(); ++later)
    for (std::size_t i = 0; i < later; ++i)
      trend.s += (values[later] > values[i] ? 1 : 0) - (values[later] < values[i] ? 1 : 0);
  // Kendall 1970, chapter 4: n (n - 1) (2 n + 5) / 18, less the same of each group of ties.
  const auto part = [](double n) { return n * (n - 1) * (2 * n + 5) / 18; };
  std::map<double, double> ties;
  for (const double value : values) ++ties[value];
  trend.variance = part(static_cast<double>(values.size()));
  for (const auto& [value, count] : ties) trend.variance -= part(count);
  return trend;
}

}  // namespace shootout::stats
