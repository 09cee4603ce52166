#include "generator/hdr_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace shootout::generator {
namespace {

constexpr double kTicksPerHalfDistance = 5;
constexpr double kMicrosecondsPerMillisecond = 1000;
// What HdrHistogram says of a histogram with our range and digits.
constexpr int kHdrBuckets = 32, kHdrSubBuckets = 2048;

/// The level after `percent`: the steps halve each time that half of what was left to 100 is behind.
double next_level(double percent) {
  const double halvings = std::trunc(std::log(100 / (100 - percent)) / std::log(2.0)) + 1;
  return percent + 100 / (kTicksPerHalfDistance * std::exp2(halvings));
}

}  // namespace

std::string hdr_text(const engine::Histogram& histogram) {
  std::string text =
      fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  const auto out = std::back_inserter(text);
  const auto total = static_cast<double>(histogram.count());
  std::uint64_t so_far = 0;
  double level = 0, highest_ms = 0;
  for (const auto& value : histogram.recorded()) {
    so_far += value.count;
    highest_ms = value.highest_us / kMicrosecondsPerMillisecond;
    const double reached = 100.0 * static_cast<double>(so_far) / total;
    for (; reached >= level; level = next_level(level)) {
      fmt::format_to(out, "{:12.3f} {:2.12f} {:10} {:14.2f}\n", highest_ms, level / 100, so_far,
                     1 / (1 - level / 100));
      if (so_far == histogram.count()) break;
    }
  }
  if (so_far > 0) fmt::format_to(out, "{:12.3f} {:2.12f} {:10}\n", highest_ms, 1.0, so_far);
  fmt::format_to(out, "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n",
                 histogram.mean() / kMicrosecondsPerMillisecond,
                 histogram.stdev() / kMicrosecondsPerMillisecond);
  fmt::format_to(out, "#[Max     = {:12.3f}, Total count    = {:12}]\n",
                 histogram.max() / kMicrosecondsPerMillisecond, histogram.count());
  fmt::format_to(out, "#[Buckets = {:12}, SubBuckets     = {:12}]\n", kHdrBuckets, kHdrSubBuckets);
  return text;
}

}  // namespace shootout::generator
