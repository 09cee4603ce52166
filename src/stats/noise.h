// Noise as measurements on shared machines show it, made from a seed: for the simulated coverage of
// intervals.
#pragma once

#include <cstdint>
#include <vector>

#include "stats/location.h"  // replicate_estimate()

namespace shootout::stats {

/// The log of one trial's figure is a sum of these parts, each a standard deviation (0: absent) unless said
/// otherwise. Those of the machine are series over successive trials, whichever contender is measured.
struct NoiseModel {
  double white = 0;  ///< machine: of each trial by itself
  double ar1 = 0;    ///< machine: first-order autoregressive, correlation `ar1_rho` from a trial to the next
  double ar1_rho = 0.9;
  /// machine: 1/f, as a sum of kFlickerOctaves AR(1) processes of equal size whose time constants are an
  /// octave apart, from one trial on (Kasdin 1995). The Allan deviation within this range is 0.4 of this.
  double flicker = 0;
  double drift = 0;  ///< machine: a straight line over the run, so much from begin to end
  double bursts =
      0;  ///< machine, one-sided: a slow-down, exponential of this mean, in a twentieth of the trials
  double connections = 0;  ///< of each trial by itself: how its connections fell on the workers
  double start = 0;        ///< drawn once a contender and replicate: a fresh start of the server
};

inline constexpr int kFlickerOctaves = 10;  ///< time constants of 1 to 512 trials

/// A simulated comparison of two contenders.
struct SimulatedPlan {
  int replicates = 10, blocks = 10;
  double true_ratio = 1;  ///< of the contender's figure by the baseline's
};

/// The paired log-ratios of each replicate's blocks. The first block's order is drawn from `seed`, every
/// second block reverses it; the machine's noise goes on from trial to trial.
[[nodiscard]] std::vector<std::vector<double>> simulate_blocks(const NoiseModel& noise,
                                                               const SimulatedPlan& plan, std::uint64_t seed);

/// One log-ratio a replicate, the replicate_estimate() of its blocks, as judge/ makes it from trials.
[[nodiscard]] std::vector<double> simulate_replicates(const NoiseModel& noise, const SimulatedPlan& plan,
                                                      std::uint64_t seed);

}  // namespace shootout::stats
