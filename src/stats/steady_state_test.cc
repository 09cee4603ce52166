#include "stats/steady_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace shootout::stats {
namespace {

/// A level of 100 that swings a little, after `warming` values that climb to it.
std::vector<double> warming(std::size_t warming, std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(100 + std::sin(static_cast<double>(i) * 1.7) -
                     (i < warming ? 5.0 * static_cast<double>(warming - i) : 0));
  return values;
}

TEST(Mser, LeavesOutWhatWarmsUp) {
  EXPECT_EQ(mser(warming(20, 100)), 20);
  EXPECT_EQ(mser(warming(18, 100)), 20);  // whole batches
  EXPECT_EQ(mser(warming(18, 100), 1), 18);
}

TEST(Mser, LeavesNothingOutOfALevelSeries) {
  EXPECT_EQ(mser(std::vector<double>(40, 0.1)), 0);
  EXPECT_EQ(mser(warming(0, 100)), 0);
}

TEST(Mser, FindsNoSteadyStateWhereMoreThanHalfWarmsUp) {
  EXPECT_EQ(mser(warming(50, 100)), 50);
  EXPECT_EQ(mser(warming(55, 100)), std::nullopt);
  EXPECT_EQ(mser(warming(100, 100)), std::nullopt);
}

TEST(Mser, TakesTenValuesAndTwoBatches) {
  EXPECT_EQ(mser(std::vector<double>(9, 1), 1), std::nullopt);
  EXPECT_EQ(mser(std::vector<double>(10, 1)), 0);
  EXPECT_EQ(mser(std::vector<double>(12, 1), 7), std::nullopt);
  EXPECT_EQ(mser(std::vector<double>(14, 1), 7), 0);
}

TEST(TrendOf, CountsRisesAndFalls) {
  EXPECT_EQ(trend_of(std::vector{1.0, 2.0, 3.0, 4.0}).s, 6);
  EXPECT_EQ(trend_of(std::vector{4.0, 3.0, 2.0, 1.0}).s, -6);
  EXPECT_EQ(trend_of(std::vector{2.0, 1.0, 4.0, 3.0}).s, 2);
  EXPECT_EQ(trend_of(std::vector{1.0, 2.0, 3.0, 4.0}).variance, 4 * 3 * 13 / 18.0);
}

TEST(TrendOf, TiesCountAsNothingAndLessenTheVariance) {
  const Trend trend = trend_of(std::vector{1.0, 2.0, 2.0, 3.0});
  EXPECT_EQ(trend.s, 5);
  EXPECT_DOUBLE_EQ(trend.variance, (4 * 3 * 13 - 2 * 1 * 9) / 18.0);
  EXPECT_EQ(trend_of(std::vector<double>(5, 1)).p_value(), 1);
  EXPECT_EQ(trend_of({}).p_value(), 1);
}

// z = (6 - 1) / sqrt(26 / 3); the literal is 2 scipy.stats.norm.sf(z).
TEST(Trend, HasAPValueWithContinuityCorrection) {
  EXPECT_NEAR(trend_of(std::vector{1.0, 2.0, 3.0, 4.0}).p_value(), 0.08942935902899353, 1e-14);
  EXPECT_EQ((Trend{0, 10}.p_value()), 1);
  EXPECT_EQ((Trend{-1, 10}.p_value()), 1);
}

TEST(Trend, OfSeveralShortSeriesTogetherIsSurerThanOfEach) {
  const Trend one = trend_of(std::vector{5.0, 4.0, 3.0, 2.0, 1.0});
  Trend all;
  for (int i = 0; i < 6; ++i) all += one;
  EXPECT_GT(one.p_value(), 0.01);
  EXPECT_LT(all.p_value(), 1e-6);
  Trend against = one;
  against += trend_of(std::vector{1.0, 2.0, 3.0, 4.0, 5.0});
  EXPECT_EQ(against.p_value(), 1);
}

}  // namespace
}  // namespace shootout::stats
