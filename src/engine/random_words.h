// Random words that need no memory: the n-th is a function of the seed and n.
#pragma once

#include <cstdint>

namespace shootout::engine {

/// The SplitMix64 generator (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014) read
/// at any place. `stream` separates what draws from the same seed. Not for secrets.
class RandomWords {
 public:
  constexpr RandomWords(std::uint64_t seed, std::uint64_t stream)
      : start_(scrambled(seed + kStep * scrambled(stream + kStep))) {}

  /// The word of this number, each of the 2^64 equally likely.
  [[nodiscard]] constexpr std::uint64_t word(std::uint64_t number) const {
    return scrambled(start_ + kStep * (number + 1));
  }

  /// In [0, count), each equally likely; a count of 0 stands for 2^64. Multiplies instead of dividing, and
  /// draws again where that would favour some (Lemire: "Fast Random Integer Generation in an Interval",
  /// 2019).
  [[nodiscard]] constexpr std::uint64_t below(std::uint64_t number, std::uint64_t count) const {
    std::uint64_t drawn = word(number);
    if (count == 0) return drawn;
    Wide product = Wide{drawn} * count;
    if (static_cast<std::uint64_t>(product) < count) {
      const std::uint64_t favoured = -count % count;
      while (static_cast<std::uint64_t>(product) < favoured) {
        drawn = scrambled(drawn + kStep);
        product = Wide{drawn} * count;
      }
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  /// In [0, 1), in steps of 2^-53.
  [[nodiscard]] constexpr double unit(std::uint64_t number) const {
    return static_cast<double>(word(number) >> 11) * 0x1p-53;
  }

 private:
  __extension__ typedef unsigned __int128 Wide;
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;  // 2^64 by the golden ratio, odd

  static constexpr std::uint64_t scrambled(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  std::uint64_t start_;
};

/// What draws from a plan's seed; the slots of a request follow from kSlots on, two streams each.
enum class RandomStream : std::uint64_t { choice, sample, content, kSlots = 16 };

}  // namespace shootout::engine
