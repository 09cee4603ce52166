#include "judge/wording.h"

#include <gtest/gtest.h>

namespace shootout::judge {
namespace {

TEST(Wording, ShowsThreeDigitsWithoutAnExponent) {
  EXPECT_EQ(digits(0), "0");
  EXPECT_EQ(digits(8.1234), "8.12");
  EXPECT_EQ(digits(38.59), "38.6");
  EXPECT_EQ(digits(12345.6), "12346");
  EXPECT_EQ(digits(0.04567), "0.0457");
  EXPECT_EQ(digits(-0.5), "-0.500");
}

TEST(Wording, ShowsAFigureWithItsIntervalAndCount) {
  EXPECT_EQ(figure({8.1, 7.9, 8.3, 3}, "x"), "8.10x [7.90, 8.30], n = 3");
  EXPECT_EQ(figure({92e6, 90e6, 94e6, 5}, " MB", 1e6), "92.0 MB [90.0, 94.0], n = 5");
  EXPECT_EQ(figure({8.1, {}, {}, 1}, "x"), "8.10x, n = 1: no interval");
  EXPECT_EQ(seconds(0.5), "0.5 s");
  EXPECT_EQ(seconds(10), "10 s");
}

TEST(Wording, EarnsAWordAtItsThreshold) {
  const std::vector<suite::Threshold> words{{5, "Excellent"}, {2, "Good"}, {1.2, "Some"}};
  EXPECT_EQ(words_for({6, 5, 7, 3}, words), "Excellent");
  EXPECT_EQ(words_for({5, 4.99, 7, 3}, words), "between 'Good' and 'Excellent': the interval crosses 5x");
  EXPECT_EQ(words_for({1.1, 1.0, 1.3, 3}, words), "");  // nothing is said below 1.2
  EXPECT_EQ(words_for({3, {}, {}, 1}, words), "Good (one repetition: no interval)");
  EXPECT_EQ(words_for({3, 2.5, 3.5, 3}, {}), "");
}

TEST(Wording, MakesRowsOfAMatrix) {
  const auto rows = as_rows({{10, "A"}, {5, "B"}, {2, "C"}, {0, "D"}});
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].says, "> 10x: A");
  EXPECT_EQ(rows[1].says, "5 to 10x: B");
  EXPECT_EQ(rows[3].says, "< 2x: D");
}

}  // namespace
}  // namespace shootout::judge
