#include "stats/paired_ratio.h"

#include <gtest/gtest.h>

#include <vector>

namespace shootout::stats {
namespace {

constexpr double kTolerance = 1e-9;

void expect_estimate(const Estimate& estimate, double value, double low, double high, int n) {
  EXPECT_EQ(estimate.n, n);
  EXPECT_NEAR(estimate.value, value, kTolerance * value);
  ASSERT_TRUE(estimate.low && estimate.high);
  EXPECT_NEAR(*estimate.low, low, kTolerance * low);
  EXPECT_NEAR(*estimate.high, high, kTolerance * high);
}

// The literals are SciPy 1.17.1's: scipy.stats.t.interval(confidence, n - 1, loc=mean, scale=scipy.stats.sem)
// of the values, or of ln(x / y) and then exp.
TEST(PairedRatio, EqualsSciPy) {
  const std::vector x{5.234, 5.101, 5.377}, y{1.156, 1.098, 1.204};
  expect_estimate(paired_ratio(x, y), 4.545839929613356, 4.325136606273971, 4.777805315025507, 3);
  expect_estimate(paired_ratio(x, y, 0.9), 4.545839929613356, 4.394865982251189, 4.702000185926505, 3);
  const std::vector a{15.892, 15.4, 16.1, 15.7, 15.93, 15.2}, b{0.412, 0.399, 0.44, 0.405, 0.431, 0.418};
  expect_estimate(paired_ratio(a, b), 37.62779774903171, 36.472205402785086, 38.8200041046577, 6);
}

TEST(PairedRatio, TurnedAroundIsItsInverse) {
  const std::vector x{5.234, 5.101, 5.377}, y{1.156, 1.098, 1.204};
  const Estimate there = paired_ratio(x, y), back = paired_ratio(y, x);
  EXPECT_NEAR(there.value * back.value, 1, kTolerance);
  EXPECT_NEAR(*there.low * *back.high, 1, kTolerance);
}

TEST(PairedRatio, OfOnePairHasNoInterval) {
  const std::vector x{6.0}, y{2.0};
  const Estimate estimate = paired_ratio(x, y);
  EXPECT_NEAR(estimate.value, 3, kTolerance);
  EXPECT_EQ(estimate.n, 1);
  EXPECT_FALSE(estimate.low || estimate.high);
}

TEST(PairedRatio, OfEqualRatiosHasAnIntervalOfNoWidth) {
  const std::vector x{2.0, 4.0, 8.0}, y{1.0, 2.0, 4.0};
  expect_estimate(paired_ratio(x, y), 2, 2, 2, 3);
}

TEST(Mean, EqualsSciPy) {
  expect_estimate(mean(std::vector{3.1, 2.9}), 3.0, 1.7293795263825296, 4.270620473617471, 2);
  const std::vector values{40.2, 44.8, 51.3, 47.7, 46.1};
  expect_estimate(mean(values), 46.02, 40.973739414733046, 51.066260585266946, 5);
  expect_estimate(mean(values, 0.9), 46.02, 42.145313483948094, 49.8946865160519, 5);
}

TEST(Mean, OfOneValueHasNoInterval) {
  const Estimate estimate = mean(std::vector{7.5});
  EXPECT_EQ(estimate.value, 7.5);
  EXPECT_FALSE(estimate.low || estimate.high);
}

}  // namespace
}  // namespace shootout::stats
