#include "stats/interval.h"

#include <cmath>

#include "stats/student.h"

namespace shootout::stats {
namespace {

constexpr double kUpper = 0.975;  // of a 95 % interval

double scaled(double value, Scale scale) {
  return scale == Scale::logarithmic ? std::log(value) : value;
}

double unscaled(double value, Scale scale) {
  return scale == Scale::logarithmic ? std::exp(value) : value;
}

/// Of the mean, on the estimate's scale.
double standard_error(const Estimate& estimate, Scale scale) {
  return (scaled(*estimate.high, scale) - scaled(estimate.value, scale)) / t_quantile(kUpper, estimate.n - 1);
}

bool has_interval(const Estimate& estimate) {
  return estimate.low && estimate.high && estimate.n > 1;
}

}  // namespace

Estimate at_confidence(const Estimate& estimate, Scale scale, double confidence) {
  if (!has_interval(estimate)) return estimate;
  const double half = standard_error(estimate, scale) * t_quantile((1 + confidence) / 2, estimate.n - 1);
  const double middle = scaled(estimate.value, scale);
  return {estimate.value, unscaled(middle - half, scale), unscaled(middle + half, scale), estimate.n};
}

double p_value(const Estimate& estimate, Scale scale, double value) {
  if (!has_interval(estimate)) return 1;
  const double away = std::abs(scaled(estimate.value, scale) - scaled(value, scale));
  const double error = standard_error(estimate, scale);
  if (error <= 0) return away == 0 ? 1 : 0;
  return 2 * t_cdf(-away / error, estimate.n - 1);
}

}  // namespace shootout::stats
