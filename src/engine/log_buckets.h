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

  /// The middle of a bucket, nanoseconds.
  static constexpr double middle(std::size_t index) {
    const std::size_t group = index >> kBits;
    const std::size_t shift = group == 0 ? 0 : group - 1;
    const auto lowest = static_cast<double>((index - (shift << kBits)) << shift);
    return lowest + (static_cast<double>(std::size_t{1} << shift) - 1) / 2;
  }
};

}  // namespace shootout::engine
