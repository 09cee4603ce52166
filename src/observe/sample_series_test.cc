#include "observe/sample_series.h"

#include <gtest/gtest.h>

namespace shootout::observe {
namespace {

TEST(SampleSeries, KeepsEverythingWhileItFits) {
  SampleSeries series(4);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(series.wants_next());
    series.add(i);
  }
  EXPECT_EQ(series.take(), (nlohmann::json{0, 1, 2, 3}));
}

TEST(SampleSeries, OfALongTimeItKeepsFewerFurtherApart) {
  SampleSeries series(8);
  for (int i = 0; i < 1000; ++i) {
    if (series.wants_next()) series.add(i);
  }
  series.add(1000);
  const auto kept = series.take();
  EXPECT_GE(kept.size(), 4U);
  EXPECT_LE(kept.size(), 8U);
  EXPECT_EQ(kept.front(), 0);
  EXPECT_EQ(kept.back(), 1000);
  for (size_t i = 1; i + 1 < kept.size(); ++i) {
    EXPECT_EQ(kept[i].get<int>() - kept[i - 1].get<int>(), kept[1].get<int>()) << "evenly spaced";
  }
}

}  // namespace
}  // namespace shootout::observe
