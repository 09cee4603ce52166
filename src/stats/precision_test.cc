#include "stats/precision.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "stats/paired_ratio.h"

namespace shootout::stats {
namespace {

const std::vector kTen{0.02, -0.01, 0.05, 0.03, 0.00, 0.04, 0.01, 0.02, -0.02, 0.06};

TEST(PrecisionOf, IsTheHalfWidthAsAShareOfTheRatio) {
  const Estimate interval = mean(kTen, kWatchedConfidence);
  EXPECT_NEAR(precision_of(kTen), std::exp(*interval.high - interval.value) - 1, 1e-14);
  EXPECT_GT(precision_of(kTen), precision_of(kTen, 0.95));
}

TEST(PrecisionOf, IsInfiniteWithoutAnInterval) {
  EXPECT_TRUE(std::isinf(precision_of({})));
  EXPECT_TRUE(std::isinf(precision_of(std::vector{0.1})));
}

TEST(PreciseEnough, LooksAtTheWidth) {
  const double precision = precision_of(kTen);
  EXPECT_TRUE(precise_enough(kTen, precision * 1.001));
  EXPECT_FALSE(precise_enough(kTen, precision * 0.999));
}

TEST(PreciseEnough, DoesNotLookAtWhereTheIntervalLies) {
  std::vector<double> elsewhere = kTen;
  for (double& value : elsewhere) value += 3;
  EXPECT_NEAR(precision_of(elsewhere), precision_of(kTen), 1e-12);
}

TEST(PreciseEnough, TakesTenReplicatesHoweverAlikeTheyAre) {
  const std::vector<double> alike(10, 0.25);
  EXPECT_TRUE(precise_enough(alike, 0.01));
  EXPECT_FALSE(precise_enough(std::span(alike).first(9), 0.01));
}

}  // namespace
}  // namespace shootout::stats
