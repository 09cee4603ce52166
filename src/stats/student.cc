#include "stats/student.h"

#include <math.h>  // lgamma_r: std::lgamma writes a global variable, which threads would race for

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace shootout::stats {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), evaluated by Lentz's method as
/// Numerical Recipes (3rd edition, section 6.4) describes it. Converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;  // stands in for a zero denominator
  constexpr int kMostTerms = 100'000;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= c * d;
    if (std::abs(c * d - 1) < kEpsilon) break;
  }
  return fraction;
}

/// The regularized incomplete beta function I_x(a, b) (DLMF 8.17.2). Takes 1 - x too, which the caller knows
/// without cancellation.
double incomplete_beta(double a, double b, double x, double one_minus_x) {
  if (x <= 0) return 0;
  if (one_minus_x <= 0) return 1;
  const double front =
      std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log(one_minus_x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, one_minus_x) / b;  // DLMF 8.17.4
}

/// P(T > t) for t >= 0 (DLMF 8.17 with x = nu / (nu + t^2)).
double upper_tail(double t, double degrees) {
  const double squared = t * t;
  return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + squared), squared / (degrees + squared)) / 2;
}

/// P(-t <= T <= t) for t >= 0; exact where t is small and 1 - 2 upper_tail(t) would cancel.
double central(double t, double degrees) {
  const double squared = t * t;
  return incomplete_beta(0.5, degrees / 2, squared / (degrees + squared), degrees / (degrees + squared));
}

double density(double t, double degrees) {
  return std::exp(log_gamma((degrees + 1) / 2) - log_gamma(degrees / 2) -
                  (degrees + 1) / 2 * std::log1p(t * t / degrees)) /
         std::sqrt(degrees * std::numbers::pi);
}

}  // namespace

double t_cdf(double t, double degrees) {
  if (std::isnan(t)) return t;
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  if (std::abs(t) < 0.5) return 0.5 + std::copysign(central(std::abs(t), degrees) / 2, t);
  return t < 0 ? upper_tail(-t, degrees) : 1 - upper_tail(t, degrees);
}

double t_quantile(double p, double degrees) {
  const double middle = std::abs(2 * p - 1);
  if (middle == 0) return 0;
  // Far out the tail is solved for, near the centre the central probability: each where it has all its
  // digits.
  const bool far = middle > 0.5;
  const double wanted = std::log(far ? std::min(p, 1 - p) : middle);
  // Newton's method on log P against u = log t, where both probabilities are nearly straight, kept inside a
  // bracket.
  const auto excess = [&](double u) {
    const double t = std::exp(u);
    return far ? wanted - std::log(upper_tail(t, degrees)) : std::log(central(t, degrees)) - wanted;
  };
  double low = -1, high = 1;
  for (double step = 1; excess(low) > 0; step *= 2) low -= step;
  for (double step = 1; excess(high) < 0; step *= 2) high += step;
  double u = (low + high) / 2;
  for (int i = 0; i < 200; ++i) {
    const double error = excess(u);
    (error < 0 ? low : high) = u;
    const double t = std::exp(u);
    const double slope =
        density(t, degrees) * t * (far ? 1 / upper_tail(t, degrees) : 2 / central(t, degrees));
    double next = u - error / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    const double moved = std::abs(next - u);
    u = next;
    if (moved <= 4 * kEpsilon * std::max(1.0, std::abs(u))) break;
  }
  return std::copysign(std::exp(u), p - 0.5);
}

}  // namespace shootout::stats
