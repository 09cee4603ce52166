#include "stats/paired_ratio.h"

#include <cmath>
#include <vector>

#include "stats/moments.h"

namespace shootout::stats {

Estimate mean(std::span<const double> values, double confidence) {
  const Moments sample = moments_of(values);
  Estimate estimate;
  estimate.n = static_cast<int>(values.size());
  estimate.value = sample.mean;
  if (estimate.n < 2) return estimate;
  const double half = half_width(sample, confidence);
  estimate.low = estimate.value - half;
  estimate.high = estimate.value + half;
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
