#include "stats/paired_ratio.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "stats/student.h"

namespace shootout::stats {

Estimate mean(std::span<const double> values, double confidence) {
  Estimate estimate;
  estimate.n = static_cast<int>(values.size());
  const double n = static_cast<double>(values.size());
  estimate.value = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (estimate.n < 2) return estimate;
  double squares = 0;
  for (const double value : values) squares += (value - estimate.value) * (value - estimate.value);
  const double half_width = t_quantile((1 + confidence) / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
  estimate.low = estimate.value - half_width;
  estimate.high = estimate.value + half_width;
  return estimate;
}

Estimate paired_ratio(std::span<const double> x, std::span<const double> y, double confidence) {
  std::vector<double> differences(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) differences[i] = std::log(x[i] / y[i]);
  Estimate estimate = mean(differences, confidence);
  estimate.value = std::exp(estimate.value);
  if (estimate.low) estimate.low = std::exp(*estimate.low);
  if (estimate.high) estimate.high = std::exp(*estimate.high);
  return estimate;
}

}  // namespace shootout::stats
