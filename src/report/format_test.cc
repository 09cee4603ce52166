#include "report/format.h"

#include <gtest/gtest.h>

#include <string>

namespace shootout::report {
namespace {

/// With no-break spaces as plain ones.
std::string plain(std::string text) {
  for (std::size_t at; (at = text.find("\u00a0")) != std::string::npos;) text.replace(at, 2, " ");
  return text;
}

std::string shown(double value, double low, double high, Quantity quantity) {
  return plain(figure(stats::Estimate{value, low, high, 3}, quantity));
}

TEST(Figure, TheIntervalGuidesTheDigits) {
  EXPECT_EQ(shown(2.87612, 2.7012, 3.0510, Quantity::seconds),
            "2.88 s [2.70, 3.05]");  // half 0.17: two digits
  EXPECT_EQ(shown(15.8924, 15.212, 16.572, Quantity::seconds),
            "15.9 s [15.2, 16.6]");  // half 0.68: one digit
  EXPECT_EQ(shown(4.6181, 4.2811, 4.9551, Quantity::ratio), "4.6x [4.3, 5.0]");
  EXPECT_EQ(shown(1012.3, 812.0, 1212.6, Quantity::per_second), "1012 [812, 1213]");
}

TEST(Figure, NeverMoreThanThreeDigitsOfTheValue) {
  EXPECT_EQ(shown(2.876123, 2.876122, 2.876124, Quantity::seconds), "2.88 s [2.88, 2.88]");
}

TEST(Figure, AnIntervalWithoutWidthIsLeftOutOfSharesAndCounts) {
  EXPECT_EQ(shown(2, 2, 2, Quantity::ratio), "2.00x [2.00, 2.00]");
  EXPECT_EQ(shown(1, 1, 1, Quantity::share), "100 %");
  EXPECT_EQ(shown(4, 4, 4, Quantity::count), "4");
  EXPECT_EQ(shown(3.5, 3.5, 3.5, Quantity::count), "3.50");
}

TEST(Figure, NothingIsBelowNothing) {
  EXPECT_EQ(shown(0.12, -0.1, 0.34, Quantity::percent), "0.1 % [0.0, 0.3]");
}

TEST(Figure, OneReplicateHasThreeDigitsAndNoInterval) {
  const stats::Estimate one{0.62345, std::nullopt, std::nullopt, 1};
  EXPECT_EQ(plain(figure(one, Quantity::seconds)), "623 ms");
  EXPECT_EQ(plain(ratio_with_count({4.6181, std::nullopt, std::nullopt, 1})), "4.62x, n = 1 (no interval)");
  EXPECT_EQ(plain(ratio_with_count({4.6181, 4.2811, 4.9551, 3})), "4.6x [4.3, 5.0], n = 3");
}

TEST(Figure, UnitsFollowTheSize) {
  const auto one = [](double value, Quantity quantity) {
    return plain(figure(stats::Estimate{value, std::nullopt, std::nullopt, 1}, quantity));
  };
  EXPECT_EQ(one(2'234'000, Quantity::microseconds), "2.23 s");
  EXPECT_EQ(one(2'234, Quantity::microseconds), "2.23 ms");
  EXPECT_EQ(one(22, Quantity::microseconds), "22.0 us");
  EXPECT_EQ(one(2'234'000, Quantity::cpu_microseconds), "2234000 us");
  EXPECT_EQ(one(210.5 * 1024 * 1024, Quantity::bytes), "210 MiB");
  EXPECT_EQ(one(512, Quantity::bytes), "512 B");
  EXPECT_EQ(one(0, Quantity::seconds), "0 s");
}

TEST(Counted, KnowsThePlural) {
  EXPECT_EQ(counted(1, "trial"), "1 trial");
  EXPECT_EQ(counted(0, "trial"), "0 trials");
}

TEST(Figure, ARatioWithAWideIntervalNeverShowsZero) {
  EXPECT_EQ(figure({1.44, 0.27, 7.4, 3}, Quantity::ratio), "1.4x [0.3,\u00a07.4]");
  EXPECT_EQ(figure({22.1, 19.2, 25.4, 3}, Quantity::ratio), "22x [19,\u00a025]");
}

TEST(Figure, AShareEndsAtTheWhole) {
  EXPECT_EQ(figure({0.6, -0.2, 1.46, 3}, Quantity::share), "60\u00a0% [0,\u00a0100]");
}

}  // namespace
}  // namespace shootout::report
