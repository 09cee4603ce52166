// The standard normal distribution.
#pragma once

namespace shootout::stats {

/// P(Z <= z).
[[nodiscard]] double normal_cdf(double z);
/// The value that a standard normal variable stays below with probability p (0 < p < 1).
[[nodiscard]] double normal_quantile(double p);

}  // namespace shootout::stats
