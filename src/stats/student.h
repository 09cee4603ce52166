// Student's t distribution.
#pragma once

namespace shootout::stats {

/// The value that a t-distributed variable with `degrees` of freedom (> 0) stays below with probability p (0
/// < p < 1).
[[nodiscard]] double t_quantile(double p, double degrees);
/// P(T <= t).
[[nodiscard]] double t_cdf(double t, double degrees);

}  // namespace shootout::stats
