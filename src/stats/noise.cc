#include "stats/noise.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>

namespace shootout::stats {
namespace {

/// Numbers from a seed, the same ones everywhere: std::normal_distribution and its kin differ between
/// standard libraries.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  /// Uniform in (0, 1), never an end.
  double uniform() { return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53; }

  /// Standard normal (Box & Muller 1958, whose second value is kept for the next call).
  double normal() {
    if (kept_) return kept_ = false, second_;
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    second_ = radius * std::sin(angle);
    kept_ = true;
    return radius * std::cos(angle);
  }

  bool coin() { return random_() >> 63; }

 private:
  std::mt19937_64 random_;
  double second_ = 0;
  bool kept_ = false;
};

/// A stationary AR(1) process of standard deviation 1.
class Autoregressive {
 public:
  Autoregressive(double rho, Draw& draw)
      : rho_(rho), innovation_(std::sqrt(1 - rho * rho)), value_(draw.normal()) {}

  double next(Draw& draw) { return value_ = rho_ * value_ + innovation_ * draw.normal(); }

 private:
  double rho_, innovation_, value_;
};

/// What the machine adds to the log of successive trials' figures.
class Machine {
 public:
  Machine(const NoiseModel& noise, int trials, Draw& draw)
      : noise_(noise), drift_a_trial_(noise.drift / trials), draw_(draw), ar1_(noise.ar1_rho, draw) {
    if (noise.flicker == 0) return;
    for (int octave = 0; octave < kFlickerOctaves; ++octave)
      octaves_.emplace_back(std::exp(-std::ldexp(1.0, -octave)), draw);
  }

  double next() {
    double sum = drift_;
    drift_ += drift_a_trial_;
    if (noise_.white > 0) sum += noise_.white * draw_.normal();
    if (noise_.ar1 > 0) sum += noise_.ar1 * ar1_.next(draw_);
    double flicker = 0;
    for (Autoregressive& octave : octaves_) flicker += octave.next(draw_);
    sum += noise_.flicker / std::sqrt(kFlickerOctaves) * flicker;
    if (noise_.bursts > 0 && draw_.uniform() < 0.05) sum += noise_.bursts * std::log(draw_.uniform());
    return sum;
  }

 private:
  NoiseModel noise_;
  double drift_a_trial_, drift_ = 0;
  Draw& draw_;
  Autoregressive ar1_;
  std::vector<Autoregressive> octaves_;
};

}  // namespace

std::vector<std::vector<double>> simulate_blocks(const NoiseModel& noise, const SimulatedPlan& plan,
                                                 std::uint64_t seed) {
  enum Contender : std::size_t { baseline, contender };
  Draw draw(seed);
  Machine machine(noise, plan.replicates * plan.blocks * 2, draw);
  Contender first = draw.coin() ? contender : baseline;
  std::vector<std::vector<double>> replicates(static_cast<std::size_t>(plan.replicates));
  for (std::vector<double>& blocks : replicates) {
    std::array<double, 2> start{};
    for (double& each : start) each = noise.start * draw.normal();
    for (int block = 0; block < plan.blocks; ++block) {
      std::array<double, 2> log_figure = start;
      for (const Contender each : {first, first == baseline ? contender : baseline})
        log_figure[each] += machine.next() + noise.connections * draw.normal();
      blocks.push_back(std::log(plan.true_ratio) + log_figure[contender] - log_figure[baseline]);
      first = first == baseline ? contender : baseline;
    }
  }
  return replicates;
}

std::vector<double> simulate_replicates(const NoiseModel& noise, const SimulatedPlan& plan,
                                        std::uint64_t seed) {
  std::vector<double> estimates;
  for (const std::vector<double>& blocks : simulate_blocks(noise, plan, seed))
    estimates.push_back(replicate_estimate(blocks));
  return estimates;
}

}  // namespace shootout::stats
