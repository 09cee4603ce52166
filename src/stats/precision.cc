#include "stats/precision.h"

#include <cmath>
#include <limits>

#include "stats/moments.h"

namespace shootout::stats {

bool precise_enough(std::span<const double> log_ratios, double precision, double confidence) {
  return log_ratios.size() >= static_cast<std::size_t>(kReplicatesForPrecision) &&
         precision_of(log_ratios, confidence) <= precision;
}

double precision_of(std::span<const double> log_ratios, double confidence) {
  if (log_ratios.size() < 2) return std::numeric_limits<double>::infinity();
  return std::expm1(half_width(moments_of(log_ratios), confidence));
}

}  // namespace shootout::stats
