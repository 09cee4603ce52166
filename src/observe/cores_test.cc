#include "observe/cores.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace shootout::observe {
namespace {

TEST(Cores, ReadsTheKernelsLists) {
  EXPECT_EQ(parse_core_list("0-2,8\n"), (std::vector{0, 1, 2, 8}));
  EXPECT_EQ(parse_core_list("5"), std::vector{5});
  EXPECT_EQ(parse_core_list("0,4-4"), (std::vector{0, 4}));
  for (const char* text : {"", "\n", "a", "3-1", "-1", "1-", "0-99999999"})
    EXPECT_TRUE(parse_core_list(text).empty()) << text;
}

TEST(Cores, TheLargestChangeOfAFrequency) {
  EXPECT_DOUBLE_EQ(frequency_change_percent({{0, 3000}, {1, 2000}}, {{0, 2700}, {1, 2500}}).value(), 25);
  EXPECT_DOUBLE_EQ(frequency_change_percent({{0, 3000}}, {{0, 3000}, {1, 1}}).value(), 0);
  EXPECT_FALSE(frequency_change_percent({{0, 3000}}, {{1, 3000}}));
}

TEST(Cores, TheseCoresAndTheirSiblings) {
  const auto allowed = allowed_cores();
  ASSERT_FALSE(allowed.empty());
  for (const auto& group : threads_of_one_core(allowed)) {
    EXPECT_GT(group.size(), 1U);
    for (const int core : group) EXPECT_TRUE(std::ranges::find(allowed, core) != allowed.end());
  }
  EXPECT_TRUE(threads_of_one_core({allowed.front()}).empty()) << "one alone shares with nobody";
}

}  // namespace
}  // namespace shootout::observe
