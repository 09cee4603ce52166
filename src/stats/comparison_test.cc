#include "stats/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "stats/moments.h"
#include "stats/paired_ratio.h"

namespace shootout::stats {
namespace {

const std::vector kValues{0.4, 0.9, -0.2, 0.7, 0.3, 1.1};

// The literals are SciPy 1.17.1's; tests/test_stats_oracle.py compares many more.
TEST(TTest, EqualsSciPy) {
  EXPECT_NEAR(t_test(kValues), 0.0382762689425384, 1e-15);
  EXPECT_NEAR(t_test(kValues, 0.5), 0.8682380413233436, 1e-14);
}

TEST(TTest, OfTooFewOrConstantValues) {
  EXPECT_EQ(t_test(std::vector{5.0}), 1);
  EXPECT_EQ(t_test({}), 1);
  const std::vector alike{0.1, 0.1, 0.1, 0.1, 0.1, 0.1};  // whose sum by six is not 0.1
  EXPECT_EQ(t_test(alike), 0);
  EXPECT_EQ(t_test(alike, 0.1), 1);
}

TEST(Welch, EqualsSciPy) {
  const std::vector other{0.1, -0.3, 0.2, 0.0};
  const Difference difference = welch(kValues, other, 0.9);
  EXPECT_NEAR(difference.value, 0.5333333333333333, 1e-15);
  EXPECT_NEAR(difference.degrees, 7.4424614358640495, 1e-12);
  EXPECT_NEAR(difference.low, 0.12145882613220527, 1e-13);
  EXPECT_NEAR(difference.high, 0.945207840534461, 1e-13);
}

TEST(Welch, OfConstantSamplesHasAnIntervalOfNoWidth) {
  const Difference difference = welch(std::vector{2.0, 2.0}, std::vector{1.0, 1.0, 1.0});
  EXPECT_EQ(difference.low, 1);
  EXPECT_EQ(difference.high, 1);
  EXPECT_EQ(difference.degrees, 3);
}

// alpha / 4 rejects 0.01, alpha / 3 rejects 0.015, alpha / 2 does not reject 0.03, and there it ends: 0.04
// would have passed alone.
TEST(HolmLevels, StepDownUntilOneIsNotRejected) {
  const std::vector levels = holm_levels(std::vector{0.04, 0.01, 0.03, 0.015});
  EXPECT_DOUBLE_EQ(levels[1], 0.05 / 4);
  EXPECT_DOUBLE_EQ(levels[3], 0.05 / 3);
  EXPECT_DOUBLE_EQ(levels[2], 0.05 / 2);
  EXPECT_DOUBLE_EQ(levels[0], 0.05 / 2);
}

TEST(HolmLevels, OfOnePairIsAlpha) {
  EXPECT_EQ(holm_levels(std::vector{0.5}), std::vector{0.05});
  EXPECT_TRUE(holm_levels({}).empty());
}

TEST(HolmLevels, MakeIntervalsThatExcludeZeroWhereHolmRejects) {
  const std::vector<std::vector<double>> samples{
      kValues, {0.5, 0.1, 0.3, 0.4}, {0.1, -0.1, 0.2}, {1.0, 1.1, 0.9, 1.2}};
  std::vector<double> p(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) p[i] = t_test(samples[i]);
  const std::vector levels = holm_levels(p);
  for (std::size_t i = 0; i < samples.size(); ++i)
    EXPECT_EQ(mean(samples[i], 1 - levels[i]).low.value_or(0) > 0, p[i] < levels[i]) << i;
}

TEST(Equivalent, WhereTheNarrowerIntervalLiesInside) {
  const Estimate ninety = mean(kValues, 0.9);
  EXPECT_TRUE(equivalent(kValues, *ninety.high + 1e-9));
  EXPECT_FALSE(equivalent(kValues, *ninety.high - 1e-9));
  EXPECT_FALSE(equivalent(kValues, *ninety.high + 1e-9, 0.01));
  std::vector<double> turned;
  for (const double value : kValues) turned.push_back(-value);
  EXPECT_TRUE(equivalent(turned, *ninety.high + 1e-9));
  EXPECT_FALSE(equivalent(turned, *ninety.high - 1e-9));
}

TEST(Equivalent, IsNothingThatOneValueShows) {
  EXPECT_FALSE(equivalent(std::vector{0.0}, 1));
  EXPECT_TRUE(equivalent(std::vector{0.0, 0.0}, 1));
}

TEST(MinimalDetectable, IsTheQuantilesSumOfStandardErrors) {
  // t_.975 and t_.80 with 5 degrees of freedom.
  const double error = std::sqrt(moments_of(kValues).variance / 6);
  EXPECT_NEAR(minimal_detectable(kValues).value(), (2.5705818356363146 + 0.9195437802408271) * error, 1e-12);
  EXPECT_FALSE(minimal_detectable(std::vector{1.0}));
}

TEST(ValuesNeeded, AreTheFewestWhoseIntervalIsThatNarrow) {
  Moments sample = moments_of(kValues);
  for (const double wanted : {2.0, 0.5, 0.1, 0.01}) {
    const int n = values_needed(kValues, wanted).value();
    sample.n = n;
    EXPECT_LE(half_width(sample, 0.95), wanted);
    sample.n = n - 1;
    EXPECT_TRUE(n == 2 || half_width(sample, 0.95) > wanted) << wanted;
  }
  EXPECT_EQ(values_needed(kValues, 1e-9), 100'000);
  EXPECT_EQ(values_needed(kValues, 1e9), 2);
  EXPECT_EQ(values_needed(std::vector{0.1, 0.1}, 0.01), 2);
  EXPECT_FALSE(values_needed(std::vector{0.1}, 0.01));
}

TEST(RankIntervals, CountWhoIsSurelyBetterAndWorse) {
  // 0 beats 2 and 3, 1 beats 3.
  std::vector better(4, std::vector<bool>(4));
  better[0][2] = better[0][3] = better[1][3] = true;
  const std::vector<Rank> ranks = rank_intervals(better);
  EXPECT_EQ(ranks[0].low, 1);
  EXPECT_EQ(ranks[0].high, 2);
  EXPECT_EQ(ranks[1].low, 1);
  EXPECT_EQ(ranks[1].high, 3);
  EXPECT_EQ(ranks[2].low, 2);
  EXPECT_EQ(ranks[2].high, 4);
  EXPECT_EQ(ranks[3].low, 3);
  EXPECT_EQ(ranks[3].high, 4);
}

TEST(RankIntervals, OfAllTiedAreTheWholeTable) {
  for (const Rank& rank : rank_intervals(std::vector(3, std::vector<bool>(3)))) {
    EXPECT_EQ(rank.low, 1);
    EXPECT_EQ(rank.high, 3);
  }
}

}  // namespace
}  // namespace shootout::stats
