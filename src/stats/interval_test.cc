#include "stats/interval.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "stats/comparison.h"

namespace shootout::stats {
namespace {

constexpr std::array kSample{1.2, 0.7, 1.9, 1.1, 0.4, 1.6};

void expect_near(const Estimate& one, const Estimate& other) {
  constexpr double kRounding = 1e-12;
  EXPECT_NEAR(one.value, other.value, kRounding);
  EXPECT_NEAR(one.low.value(), other.low.value(), kRounding);
  EXPECT_NEAR(one.high.value(), other.high.value(), kRounding);
  EXPECT_EQ(one.n, other.n);
}

TEST(Interval, AtAnotherConfidenceIsWhatTheSampleGivesThere) {
  const std::array ones{1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
  for (const double confidence : {0.5, 0.95, 0.995}) {
    expect_near(at_confidence(mean(kSample), Scale::plain, confidence), mean(kSample, confidence));
    expect_near(at_confidence(paired_ratio(kSample, ones), Scale::logarithmic, confidence),
                paired_ratio(kSample, ones, confidence));
  }
}

TEST(Interval, ItsPValueIsThatOfTheTest) {
  EXPECT_NEAR(p_value(mean(kSample), Scale::plain, 1.5), t_test(kSample, 1.5), 1e-12);
  EXPECT_NEAR(p_value(mean(kSample), Scale::plain, mean(kSample).value), 1, 1e-12);
  std::array<double, kSample.size()> logs{}, ones{};
  ones.fill(1);
  for (std::size_t i = 0; i < logs.size(); ++i) logs[i] = std::log(kSample[i]);
  EXPECT_NEAR(p_value(paired_ratio(kSample, ones), Scale::logarithmic, 2), t_test(logs, std::log(2)), 1e-12);
}

TEST(Interval, WithoutWidthOrWithoutAnyTellsWhatThereIs) {
  const Estimate alike{2, 2, 2, 4};
  EXPECT_EQ(p_value(alike, Scale::plain, 2), 1);
  EXPECT_EQ(p_value(alike, Scale::plain, 2.1), 0);
  EXPECT_EQ(at_confidence(alike, Scale::plain, 0.99).high, 2);
  const Estimate one{2, std::nullopt, std::nullopt, 1};
  EXPECT_EQ(p_value(one, Scale::logarithmic, 3), 1);
  EXPECT_FALSE(at_confidence(one, Scale::logarithmic, 0.99).low);
}

}  // namespace
}  // namespace shootout::stats
