#include "engine/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace shootout::engine {
namespace {

constexpr Nanoseconds kBegin = 7 * kSecond;

std::vector<double> planned_times(Schedule schedule) {
  std::vector<double> times;
  for (; schedule.next() != kNever; schedule.advance()) times.push_back(seconds(schedule.next() - kBegin));
  return times;
}

Schedule schedule_of(const std::vector<Stage>& stages, Arrivals arrivals, std::size_t thread = 0,
                     std::size_t threads = 1, std::uint64_t seed = 1) {
  return {Level(stages, kBegin), arrivals, seed, thread, threads};
}

/// The Kolmogorov-Smirnov distance of values to a distribution, times sqrt(n): above 1.95 once in a thousand.
double ks_distance(std::vector<double> values, double (*cdf)(double)) {
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = cdf(values[i]);
    distance = std::max(
        {distance, (static_cast<double>(i) + 1) / n - expected, expected - static_cast<double>(i) / n});
  }
  return distance * std::sqrt(n);
}

TEST(Schedule, ConstantArrivalsLieAtEqualDistances) {
  const auto times = planned_times(schedule_of({{1000, 1000, 3}}, Arrivals::constant));
  ASSERT_EQ(times.size(), 3000);
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(times[i], static_cast<double>(i) / 1000, 2e-9);
}

TEST(Schedule, ThreadsTogetherHaveTheRate) {
  std::vector<double> all;
  for (std::size_t thread = 0; thread < 3; ++thread) {
    const auto own = planned_times(schedule_of({{1000, 1000, 2}}, Arrivals::constant, thread, 3));
    all.insert(all.end(), own.begin(), own.end());
  }
  std::ranges::sort(all);
  ASSERT_EQ(all.size(), 2000);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(all[i], static_cast<double>(i) / 1000, 2e-9);
}

TEST(Schedule, PoissonGapsAreExponential) {
  const auto times = planned_times(schedule_of({{50'000, 50'000, 4}}, Arrivals::poisson));
  EXPECT_NEAR(static_cast<double>(times.size()), 200'000, 4 * std::sqrt(200'000));
  std::vector<double> gaps;
  for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back((times[i] - times[i - 1]) * 50'000);
  EXPECT_LT(ks_distance(gaps, [](double gap) { return 1 - std::exp(-gap); }), 1.95);
  // And they do not depend on each other.
  double product = 0;
  for (std::size_t i = 1; i < gaps.size(); ++i) product += (gaps[i] - 1) * (gaps[i - 1] - 1);
  EXPECT_LT(std::abs(product / static_cast<double>(gaps.size())), 4 / std::sqrt(200'000));
}

TEST(Schedule, PoissonArrivalsOfThreadsSumUpToOne) {
  std::vector<double> all;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    const auto own = planned_times(schedule_of({{10'000, 10'000, 5}}, Arrivals::poisson, thread, 4));
    EXPECT_NEAR(static_cast<double>(own.size()), 12'500, 500);
    all.insert(all.end(), own.begin(), own.end());
  }
  std::ranges::sort(all);
  std::vector<double> gaps;
  for (std::size_t i = 1; i < all.size(); ++i) gaps.push_back((all[i] - all[i - 1]) * 10'000);
  EXPECT_LT(ks_distance(gaps, [](double gap) { return 1 - std::exp(-gap); }), 1.95);
}

TEST(Schedule, ARisingRateComesOutAsItIsDrawn) {
  const auto times = planned_times(schedule_of({{0, 1000, 10}}, Arrivals::poisson));
  EXPECT_NEAR(static_cast<double>(times.size()), 5000, 300);
  // Given their number, the times are drawn from the density t / 50.
  EXPECT_LT(ks_distance(times, [](double time) { return time * time / 100; }), 1.95);
}

TEST(Schedule, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const auto first = planned_times(schedule_of({{100, 100, 1}}, Arrivals::poisson, 0, 1, 5));
  EXPECT_EQ(first, planned_times(schedule_of({{100, 100, 1}}, Arrivals::poisson, 0, 1, 5)));
  EXPECT_NE(first, planned_times(schedule_of({{100, 100, 1}}, Arrivals::poisson, 0, 1, 6)));
}

TEST(Schedule, NothingIsPlannedAfterTheCutOrInAStageWithoutARate) {
  Schedule schedule = schedule_of({{10, 10, 10}}, Arrivals::constant);
  schedule.cut(kBegin + 3 * kSecond);
  EXPECT_EQ(planned_times(std::move(schedule)).size(), 30);
  const auto times = planned_times(schedule_of({{0, 0, 5}, {10, 10, 2}, {0, 0, 5}}, Arrivals::constant));
  ASSERT_EQ(times.size(), 20);
  EXPECT_DOUBLE_EQ(times.front(), 5);
  EXPECT_NEAR(times.back(), 6.9, 1e-6);
}

TEST(Level, IsReadBetweenAndOutsideItsStages) {
  const std::vector<Stage> stages = {{10, 10, 60}, {10, 500, 10}, {500, 500, 120}};
  const Level level(stages, kBegin);
  const auto at = [&](double time_s) { return level.at(kBegin + from_seconds(time_s)); };
  EXPECT_DOUBLE_EQ(at(-1), 10);
  EXPECT_DOUBLE_EQ(at(59.9), 10);
  EXPECT_DOUBLE_EQ(at(65), 255);
  EXPECT_DOUBLE_EQ(at(100), 500);
  EXPECT_DOUBLE_EQ(at(1000), 500);
  EXPECT_DOUBLE_EQ(level.sum(), 600 + 2550 + 60'000);
  EXPECT_EQ(level.next_change(kBegin, kMillisecond), kBegin + 60 * kSecond);
  EXPECT_EQ(level.next_change(kBegin + 62 * kSecond, kMillisecond), kBegin + 62 * kSecond + kMillisecond);
  EXPECT_EQ(level.next_change(kBegin + 190 * kSecond, kMillisecond), kNever);
}

TEST(Level, WhenInvertsTheSum) {
  const std::vector<Stage> stages = {{10, 10, 60}, {500, 0, 10}, {0, 0, 5}, {0, 300, 20}};
  const Level level(stages, 0);
  for (double sum = 0; sum < level.sum(); sum += 37.5) {
    const Nanoseconds time = level.when(sum);
    double integral = 0;  // by the trapezium rule
    constexpr double kStep = 0.01;
    for (double t = 0; t + kStep <= seconds(time); t += kStep) {
      integral += (level.at(from_seconds(t)) + level.at(from_seconds(t + kStep))) / 2 * kStep;
    }
    EXPECT_NEAR(integral, sum, 8) << sum;  // a step across a jump is off by half of it
  }
  EXPECT_EQ(level.when(level.sum()), kNever);
}

}  // namespace
}  // namespace shootout::engine
