// The buckets of a histogram over time: equal widths within each power of two.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "engine/clock.h"

namespace shootout::engine {

/// Maps nanoseconds to buckets and back, after Tene's HdrHistogram (https://hdrhistogram.org): 2^kBits
/// buckets in each power of two, single nanoseconds below 2^(kBits + 1). A bucket's middle is at most 1 /
/// 2^(kBits + 1) from any value in it. From 0 to kLongest; what is longer falls in the last bucket.
template <unsigned kBits>
struct LogBuckets {
  static constexpr Nanoseconds kLongest = 3600 * kSecond;

  static constexpr std::size_t index(Nanoseconds value) {
    const auto bounded = static_cast<std::uint64_t>(std::clamp<Nanoseconds>(value, 0, kLongest));
    const auto width = static_cast<int>(std::bit_width(bounded));
    const int shift = std::max(width - static_cast<int>(kBits) - 1, 0);
    return (static_cast<std::size_t>(shift) << kBits) + static_cast<std::size_t>(bounded >> shift);
  }

  static constexpr std::size_t kCount = index(kLongest) + 1;

  /// The lowest and the highest value of a bucket, nanoseconds.
  static constexpr Nanoseconds lowest(std::size_t index) {
    return static_cast<Nanoseconds>((index - (doublings(index) << kBits)) << doublings(index));
  }
  static constexpr Nanoseconds highest(std::size_t index) {
    return lowest(index) + static_cast<Nanoseconds>(std::size_t{1} << doublings(index)) - 1;
  }
  /// Its middle.
  static constexpr double middle(std::size_t index) {
    return (static_cast<double>(lowest(index)) + static_cast<double>(highest(index))) / 2;
  }

 private:
  /// How many times as wide as a nanosecond a bucket is, as a power of two.
  static constexpr std::size_t doublings(std::size_t index) {
    const std::size_t group = index >> kBits;
    return group == 0 ? 0 : group - 1;
  }
};

}  // namespace shootout::engine
