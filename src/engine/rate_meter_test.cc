#include <gtest/gtest.h>

#include "engine/load_result.h"

namespace shootout::engine {
namespace {

TEST(ThreadRates, ArePooledAsWrkPrintsThem) {
  const ThreadRate all = pooled({{.mean = 0, .stdev = 0, .max = 0, .intervals = {8, 12}},
                                 {.mean = 0, .stdev = 0, .max = 0, .intervals = {10, 10, 20}}});
  EXPECT_EQ(all.mean, 12);
  EXPECT_DOUBLE_EQ(all.stdev * all.stdev, (16 + 0 + 4 + 4 + 64) / 4.0);
  EXPECT_EQ(all.max, 20);
  EXPECT_EQ(all.within_one_stdev(), 0.8);
}

TEST(ThreadRates, WithoutIntervalsAreNone) {
  const ThreadRate none = pooled({{}, {}});
  EXPECT_EQ(none.max, 0);
  EXPECT_EQ(none.within_one_stdev(), 0);
}

}  // namespace
}  // namespace shootout::engine
