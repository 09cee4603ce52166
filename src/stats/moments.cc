#include "stats/moments.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "stats/student.h"

namespace shootout::stats {

Moments moments_of(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  // Rounding gives even a constant sample a little variance.
  if (std::ranges::adjacent_find(values, std::not_equal_to{}) == values.end()) return {n, values[0], 0};
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {n, mean, squares / (n - 1)};
}

double half_width(const Moments& sample, double confidence) {
  return t_quantile((1 + confidence) / 2, sample.n - 1) * std::sqrt(sample.variance / sample.n);
}

}  // namespace shootout::stats
