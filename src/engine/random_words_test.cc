#include "engine/random_words.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace shootout::engine {
namespace {

TEST(RandomWords, AreAFunctionOfSeedStreamAndNumber) {
  static_assert(RandomWords(1, 2).word(3) == RandomWords(1, 2).word(3));
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t stream = 0; stream < 10; ++stream) {
      for (std::uint64_t number = 0; number < 10; ++number)
        seen.insert(RandomWords(seed, stream).word(number));
    }
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(RandomWords, FallEvenlyIntoARange) {
  const RandomWords random(7, 0);
  constexpr int kDraws = 60'000;
  std::array<int, 6> counts{};
  for (std::uint64_t i = 0; i < kDraws; ++i) ++counts.at(random.below(i, counts.size()));
  double chi_square = 0;
  for (const int count : counts) {
    constexpr double kEach = kDraws / 6.0;
    chi_square += (count - kEach) * (count - kEach) / kEach;
  }
  EXPECT_LT(chi_square, 20.5);  // 5 degrees of freedom, p = 0.001; the draws are always the same
}

// Of a range of 3/4 of all words, reducing by a remainder would give the lower third twice as often.
TEST(RandomWords, FavourNoneInAHugeRange) {
  const RandomWords random(7, 0);
  constexpr std::uint64_t kCount = std::uint64_t{3} << 62;
  int low = 0;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    const std::uint64_t drawn = random.below(i, kCount);
    ASSERT_LT(drawn, kCount);
    low += drawn < kCount / 3 ? 1 : 0;
  }
  EXPECT_NEAR(low, 10'000, 400);  // 5 standard deviations
}

TEST(RandomWords, KnowTheirEnds) {
  const RandomWords random(1, 1);
  EXPECT_EQ(random.below(5, 1), 0U);
  EXPECT_EQ(random.below(5, 0), random.word(5));
  double sum = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    ASSERT_GE(random.unit(i), 0);
    ASSERT_LT(random.unit(i), 1);
    sum += random.unit(i);
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.015);
}

}  // namespace
}  // namespace shootout::engine
