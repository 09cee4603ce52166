#include "engine/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <string>

#include "engine/log_buckets.h"

namespace shootout::engine {
namespace {

constexpr double kError = 1.0 / 2048;

std::vector<std::int64_t> draw(std::size_t n, const std::function<double(std::mt19937_64&)>& microseconds) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> values(n);
  for (auto& value : values) value = std::llround(microseconds(random) * 1000);
  return values;
}

Histogram histogram_of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const auto value : values) histogram.record(value);
  return histogram;
}

void expect_exact_within_error(std::vector<std::int64_t> values, const std::string& distribution) {
  SCOPED_TRACE(distribution);
  const Histogram histogram = histogram_of(values);
  std::ranges::sort(values);
  const auto n = values.size();
  for (const double q : {0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(q * static_cast<double>(n) - 1e-6)));
    const double exact = static_cast<double>(values[rank - 1]) / 1000;
    EXPECT_NEAR(histogram.quantile(q), exact, exact * kError + 1e-9) << "q = " << q;
    EXPECT_EQ(histogram.count_beyond(q), n - rank) << "q = " << q;
  }
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
  double squares = 0;
  for (const auto value : values)
    squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  const double stdev = std::sqrt(squares / static_cast<double>(n - 1));
  EXPECT_NEAR(histogram.mean(), mean / 1000, mean / 1000 * 1e-9);
  EXPECT_NEAR(histogram.stdev(), stdev / 1000, stdev / 1000 * 1e-6);
  EXPECT_EQ(histogram.min(), static_cast<double>(values.front()) / 1000);
  EXPECT_EQ(histogram.max(), static_cast<double>(values.back()) / 1000);
  const auto within = std::ranges::count_if(
      values, [&](auto value) { return std::abs(static_cast<double>(value) - mean) <= stdev; });
  EXPECT_NEAR(histogram.within_one_stdev(), static_cast<double>(within) / static_cast<double>(n), 0.002);
}

TEST(Histogram, QuantilesAreThoseOfTheSortedValues) {
  expect_exact_within_error(draw(50'000, [](auto& r) { return std::uniform_real_distribution(1.0, 2e6)(r); }),
                            "uniform");
  expect_exact_within_error(draw(50'000, [](auto& r) { return 1 + std::exponential_distribution(1e-3)(r); }),
                            "exponential");
  expect_exact_within_error(
      draw(50'000, [](auto& r) { return std::lognormal_distribution(6.0, 2.0)(r) + 1; }), "lognormal");
  expect_exact_within_error(
      draw(50'000,
           [](auto& r) {
             return std::bernoulli_distribution(0.01)(r) ? 3e6 : std::normal_distribution(500.0, 20.0)(r);
           }),
      "a fast mode and a freeze");
  expect_exact_within_error(std::vector<std::int64_t>(1000, 123'456), "constant");
}

TEST(Histogram, KeepsItsErrorOverTheWholeRange) {
  for (double value = 1000; value < 3.6e12; value *= 1.0007) {
    const auto nanoseconds = static_cast<std::int64_t>(value);
    using Buckets = LogBuckets<10>;
    const double kept = Buckets::middle(Buckets::index(nanoseconds));
    ASSERT_NEAR(kept, static_cast<double>(nanoseconds), static_cast<double>(nanoseconds) * kError);
  }
}

TEST(Histogram, BucketsAreContiguousAndBounded) {
  using Buckets = LogBuckets<10>;
  EXPECT_LE(Buckets::kCount, 34'000u);
  std::size_t previous = 0;
  for (std::int64_t value = 0; value < 100'000; ++value) {
    const auto index = Buckets::index(value);
    ASSERT_TRUE(index == previous || index == previous + 1) << value;
    previous = index;
  }
  EXPECT_EQ(Buckets::index(Buckets::kLongest * 5), Buckets::kCount - 1);
}

TEST(Histogram, KeepsTheMaximumOfWhatIsBeyondAnHour) {
  Histogram histogram;
  histogram.record(7200 * kSecond);
  histogram.record(1000);
  EXPECT_EQ(histogram.max(), 7.2e9);
  EXPECT_EQ(histogram.quantile(1), 7.2e9);
}

TEST(Histogram, MergingIsExact) {
  const auto values = draw(20'000, [](auto& r) { return std::lognormal_distribution(5.0, 3.0)(r) + 1; });
  std::vector<Histogram> parts(3);
  for (std::size_t i = 0; i < values.size(); ++i) parts[i % 3].record(values[i]);
  Histogram merged;
  for (const auto& part : parts) merged.merge(part);
  const Histogram whole = histogram_of(values);
  EXPECT_EQ(merged.filled_buckets(), whole.filled_buckets());
  EXPECT_EQ(merged.count(), whole.count());
  EXPECT_EQ(merged.min(), whole.min());
  EXPECT_EQ(merged.max(), whole.max());
  EXPECT_NEAR(merged.mean(), whole.mean(), whole.mean() * 1e-12);
}

TEST(Histogram, RestoresWhatItStored) {
  const Histogram original =
      histogram_of(draw(1000, [](auto& r) { return std::exponential_distribution(1e-3)(r) + 1; }));
  Histogram restored;
  restored.record(5);
  ASSERT_TRUE(restored.restore(original.filled_buckets(), original.exact()));
  EXPECT_EQ(restored.filled_buckets(), original.filled_buckets());
  EXPECT_EQ(restored.count(), original.count());
  EXPECT_EQ(restored.quantile(0.99), original.quantile(0.99));
  EXPECT_EQ(restored.max(), original.max());
  EXPECT_NEAR(restored.stdev(), original.stdev(), 1e-6);

  const std::vector<std::pair<std::uint32_t, std::uint64_t>> outside{{4'000'000, 1}};
  EXPECT_FALSE(restored.restore(outside, original.exact()));
  EXPECT_FALSE(restored.restore({}, {.sum_us = 1, .sum_squares_us = 1, .min_us = 5, .max_us = 1}));
}

TEST(Histogram, ClearsAndIsEmptyAtFirst) {
  Histogram histogram;
  EXPECT_TRUE(histogram.filled_buckets().empty());
  EXPECT_EQ(histogram.count_beyond(0.5), 0u);
  histogram.record(1'000'000);
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_TRUE(histogram.filled_buckets().empty());
  histogram.record(3000);
  EXPECT_EQ(histogram.max(), 3);
}

}  // namespace
}  // namespace shootout::engine
