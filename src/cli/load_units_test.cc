#include "cli/load_units.h"

#include <gtest/gtest.h>

#include <string>

namespace shootout::cli {
namespace {

TEST(LoadUnits, ReadDurations) {
  EXPECT_EQ(duration_of("500ms"), 0.5);
  EXPECT_EQ(duration_of("10s"), 10);
  EXPECT_EQ(duration_of("2m"), 120);
  EXPECT_EQ(duration_of("1h"), 3600);
  EXPECT_EQ(duration_of("1.5"), 1.5);
  for (const char* wrong : {"", "s", "-1s", "1d", "1 s", "1e3s", "inf", "nan", "1s1"})
    EXPECT_FALSE(duration_of(wrong)) << wrong;
  EXPECT_FALSE(duration_of(std::string(308, '9') + "h"));
}

TEST(LoadUnits, ReadCounts) {
  EXPECT_EQ(count_of("200"), 200u);
  EXPECT_EQ(count_of("10k"), 10'000u);
  EXPECT_EQ(count_of("2M"), 2'000'000u);
  EXPECT_EQ(count_of("18446744073709551615"), 18446744073709551615u);
  for (const char* wrong : {"", "k", "-1", "1.5k", "1 k", "18446744073709551615k"})
    EXPECT_FALSE(count_of(wrong)) << wrong;
}

TEST(LoadUnits, ReadRates) {
  EXPECT_EQ(rate_of("50k"), 50'000);
  EXPECT_EQ(rate_of("1.5k"), 1'500);
  EXPECT_EQ(rate_of("0.5"), 0.5);
  EXPECT_EQ(rate_of("100/s"), 100);
  EXPECT_EQ(rate_of("2M/s"), 2e6);
  for (const char* wrong : {"", "/s", "k", "-1", "1/m", "1 k", "1e3"}) EXPECT_FALSE(rate_of(wrong)) << wrong;
}

TEST(LoadUnits, ReadSizes) {
  EXPECT_EQ(size_of("100"), 100u);
  EXPECT_EQ(size_of("100B"), 100u);
  EXPECT_EQ(size_of("64KB"), 64'000u);
  EXPECT_EQ(size_of("5MB"), 5'000'000u);
  EXPECT_EQ(size_of("5MiB"), 5u * 1024 * 1024);
  EXPECT_EQ(size_of("64KiB"), 65'536u);
  EXPECT_EQ(size_of("2GB"), 2'000'000'000u);
  EXPECT_EQ(size_of("1GiB"), 1u << 30);
  for (const char* wrong : {"", "MB", "1.5MB", "-1", "1 MB", "5m", "99999999999GiB"})
    EXPECT_FALSE(size_of(wrong)) << wrong;
}

TEST(LoadUnits, ReadShares) {
  EXPECT_EQ(share_of("10%"), 0.1);
  EXPECT_EQ(share_of("0.25"), 0.25);
  EXPECT_EQ(share_of("100%"), 1);
  for (const char* wrong : {"", "0", "0%", "101%", "1.5", "-1%", "10 %"})
    EXPECT_FALSE(share_of(wrong)) << wrong;
}

TEST(LoadUnits, ReadStatuses) {
  EXPECT_EQ(statuses_of("200,404"), (std::vector<int>{200, 404}));
  const auto all = statuses_of("2xx,404");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 101u);
  EXPECT_EQ(all->front(), 200);
  EXPECT_EQ(all->at(99), 299);
  EXPECT_EQ(all->back(), 404);
  for (const char* wrong : {"", "20", "2x", "100", "1xx", "200,", ",200", "2000", "ok"})
    EXPECT_FALSE(statuses_of(wrong)) << wrong;
}

TEST(LoadUnits, ReadCpus) {
  EXPECT_EQ(cpus_of("0,2"), (std::vector<int>{0, 2}));
  EXPECT_EQ(cpus_of("0-2,7"), (std::vector<int>{0, 1, 2, 7}));
  for (const char* wrong : {"", "a", "2-1", "0,", "-1", "1-", "9999"}) EXPECT_FALSE(cpus_of(wrong)) << wrong;
}

}  // namespace
}  // namespace shootout::cli
