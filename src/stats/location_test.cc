#include "stats/location.h"

#include <gtest/gtest.h>

#include <vector>

namespace shootout::stats {
namespace {

TEST(Median, IsTheMiddleOrTheMeanOfTheTwoThere) {
  EXPECT_EQ(median(std::vector{3.0, 1.0, 2.0}), 2);
  EXPECT_EQ(median(std::vector{4.0, 1.0, 2.0, 3.0}), 2.5);
  EXPECT_EQ(median(std::vector{7.0}), 7);
}

TEST(TrimmedMean, LeavesTheShareOutAtEachEnd) {
  const std::vector values{100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -50.0};
  EXPECT_DOUBLE_EQ(trimmed_mean(values, 0), 8.6);
  EXPECT_DOUBLE_EQ(trimmed_mean(values, 0.1), 4.5);
  EXPECT_DOUBLE_EQ(trimmed_mean(values, 0.19), 4.5);
  EXPECT_DOUBLE_EQ(trimmed_mean(values, 0.4), 4.5);
  EXPECT_DOUBLE_EQ(trimmed_mean(std::vector{1.0, 2.0, 9.0}, 0.1), 4);
}

TEST(ReplicateEstimate, LeavesTheOutermostOutWhereThereAreBlocksEnough) {
  EXPECT_DOUBLE_EQ(replicate_estimate(std::vector{0.5}), 0.5);
  EXPECT_DOUBLE_EQ(replicate_estimate(std::vector{1.0, 2.0, 3.0, 10.0}), 4);
  EXPECT_DOUBLE_EQ(replicate_estimate(std::vector{-9.0, 1.0, 2.0, 3.0, 10.0}), 2);
  EXPECT_DOUBLE_EQ(replicate_estimate(std::vector{99.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -99.0}), 4.5);
}

TEST(HodgesLehmann, IsTheMedianOfTheWalshAverages) {
  // 1, 3, 8 give 1, 2, 3, 4.5, 5.5, 8.
  EXPECT_EQ(hodges_lehmann(std::vector{8.0, 1.0, 3.0}).value, 3.75);
  EXPECT_EQ(hodges_lehmann(std::vector{8.0, 1.0, 3.0}).n, 3);
}

// Of six values the outermost Walsh averages, the extremes themselves, make an interval at 1 - 2 / 2^6 =
// 96.9 %; of five they reach 93.75 % alone.
TEST(HodgesLehmann, HasAnIntervalFromSixValuesOn) {
  const std::vector values{0.3, -0.1, 0.5, 0.2, 0.9, 0.4};
  const Estimate six = hodges_lehmann(values);
  ASSERT_TRUE(six.low && six.high);
  EXPECT_EQ(*six.low, -0.1);
  EXPECT_EQ(*six.high, 0.9);
  EXPECT_FALSE(hodges_lehmann(std::span(values).first(5)).low);
  EXPECT_TRUE(hodges_lehmann(std::span(values).first(5), 0.93).low);
}

// R: wilcox.test(depression scores, Hollander & Wolfe 1973, p. 29) gives -0.786 to -0.010 at 96.1 %, the
// interval for 95 %, and -0.46 as the estimate.
TEST(HodgesLehmann, EqualsHollanderAndWolfe) {
  const std::vector x{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector y{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  std::vector<double> differences;
  for (std::size_t i = 0; i < x.size(); ++i) differences.push_back(y[i] - x[i]);
  const Estimate estimate = hodges_lehmann(differences);
  EXPECT_NEAR(estimate.value, -0.46, 1e-12);
  EXPECT_NEAR(*estimate.low, -0.786, 1e-12);
  EXPECT_NEAR(*estimate.high, -0.010, 1e-12);
}

// Where exact gives way to approximate, the interval does not jump.
TEST(HodgesLehmann, IsContinuousFromFiftyValuesToFiftyOne) {
  std::vector<double> values;
  for (int i = 0; i < 51; ++i) values.push_back((i * 37 % 51) / 51.0);
  const Estimate exact = hodges_lehmann(std::span(values).first(50)), approximate = hodges_lehmann(values);
  EXPECT_NEAR(*exact.low, *approximate.low, 0.01);
  EXPECT_NEAR(*exact.high, *approximate.high, 0.01);
}

}  // namespace
}  // namespace shootout::stats
