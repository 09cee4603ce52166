#include "engine/histogram_json.h"

#include <gtest/gtest.h>

namespace shootout::engine {
namespace {

Histogram some() {
  Histogram histogram;
  for (const int us : {5, 5, 700, 90'000}) histogram.record(us * 1000);
  return histogram;
}

TEST(HistogramJson, ComesBackWhole) {
  const auto back = histogram_from(to_json(some()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->filled_buckets(), some().filled_buckets());
  EXPECT_EQ(back->mean(), some().mean());
  EXPECT_EQ(back->max(), some().max());
  EXPECT_EQ(histogram_from(to_json(Histogram()))->count(), 0U);
}

TEST(HistogramJson, ReadsWhatEarlierRunsStored) {
  auto json = to_json(some());
  json["buckets"] = some().filled_buckets();  // pairs
  const auto back = histogram_from(json);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->filled_buckets(), some().filled_buckets());
}

TEST(HistogramJson, RefusesWhatIsNone) {
  auto json = to_json(some());
  json["buckets"].push_back(5);  // an index without its count
  EXPECT_FALSE(histogram_from(json));
  EXPECT_FALSE(histogram_from({{"buckets", "none"}}));
}

TEST(Histogram, ACopyIsItsOwn) {
  const Histogram first = some();
  Histogram copy = first;
  copy.record(1'000'000);
  EXPECT_EQ(first.count(), 4U);
  EXPECT_EQ(copy.count(), 5U);
  copy = first;
  EXPECT_EQ(copy.filled_buckets(), first.filled_buckets());
  EXPECT_EQ(copy.stdev(), first.stdev());
  const Histogram moved = std::move(copy);
  EXPECT_EQ(moved.min(), first.min());
}

}  // namespace
}  // namespace shootout::engine
