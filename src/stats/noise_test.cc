#include "stats/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "stats/moments.h"

namespace shootout::stats {
namespace {

constexpr SimulatedPlan kLong{.replicates = 400, .blocks = 10};

/// The standard deviation of a block's paired log-ratio.
double of_blocks(const NoiseModel& noise) {
  std::vector<double> all;
  for (const auto& blocks : simulate_blocks(noise, kLong, 7))
    all.insert(all.end(), blocks.begin(), blocks.end());
  return std::sqrt(moments_of(all).variance);
}

/// ... and of a replicate's.
double of_replicates(const NoiseModel& noise) {
  return std::sqrt(moments_of(simulate_replicates(noise, kLong, 7)).variance);
}

// Two trials make a block: the difference of independent values varies sqrt(2) as much as each, of
// autocorrelated ones sqrt(2 (1 - rho)).
TEST(Noise, EachPartHasItsSize) {
  EXPECT_NEAR(of_blocks({.white = 0.1}), 0.1 * std::sqrt(2), 0.005);
  EXPECT_NEAR(of_blocks({.connections = 0.3}), 0.3 * std::sqrt(2), 0.015);
  EXPECT_NEAR(of_blocks({.ar1 = 0.1, .ar1_rho = 0.9}), 0.1 * std::sqrt(0.2), 0.002);
  // Bursts in one of twenty trials: mean m / 20, mean square 2 m^2 / 20.
  EXPECT_NEAR(of_blocks({.bursts = 0.2}), std::sqrt(2 * 0.04 * (0.1 - 0.0025)), 0.008);
  EXPECT_NEAR(of_blocks({.start = 0.05}), 0.05 * std::sqrt(2), 0.005);
  double correlation = 0;
  for (int octave = 0; octave < kFlickerOctaves; ++octave)
    correlation += std::exp(-std::pow(2.0, -octave)) / kFlickerOctaves;
  EXPECT_NEAR(of_blocks({.flicker = 0.05}), 0.05 * std::sqrt(2 * (1 - correlation)), 0.001);
}

TEST(Noise, WhatIsDrawnATrialAveragesOverBlocksWhatIsDrawnAStartDoesNot) {
  EXPECT_LT(of_replicates({.white = 0.1}), 0.4 * of_blocks({.white = 0.1}));
  EXPECT_LT(of_replicates({.connections = 0.1}), 0.4 * of_blocks({.connections = 0.1}));
  EXPECT_GT(of_replicates({.start = 0.1}), 0.99 * of_blocks({.start = 0.1}));
}

TEST(Noise, TheOrderCancelsDrift) {
  for (const double each : simulate_replicates({.drift = 0.1}, {}, 3)) EXPECT_NEAR(each, 0, 1e-12);
  EXPECT_NEAR(of_blocks({.drift = 0.8}), 0.8 / (kLong.replicates * kLong.blocks * 2), 1e-5);
}

TEST(Noise, WithoutAnyTheRatioIsTheTrueOne) {
  for (const double each : simulate_replicates({}, {.true_ratio = 1.05}, 3))
    EXPECT_NEAR(each, std::log(1.05), 1e-15);
}

TEST(Noise, ComesFromTheSeedAlone) {
  const NoiseModel all{.white = 0.01,
                       .ar1 = 0.02,
                       .flicker = 0.03,
                       .drift = 0.1,
                       .bursts = 0.1,
                       .connections = 0.2,
                       .start = 0.03};
  EXPECT_EQ(simulate_replicates(all, {}, 42), simulate_replicates(all, {}, 42));
  EXPECT_NE(simulate_replicates(all, {}, 42), simulate_replicates(all, {}, 43));
}

}  // namespace
}  // namespace shootout::stats
