// Figures as a person reads them: with a unit, digits that their interval carries, and the interval.
#pragma once

#include <string>
#include <string_view>

#include "stats/paired_ratio.h"

namespace shootout::report {

/// What a figure is of, in the unit in which it is recorded.
enum class Quantity {
  seconds,
  microseconds,
  per_second,
  share,  ///< 0 to 1, shown as %
  percent,
  bytes,
  more_bytes,        ///< a change: with its sign
  bytes_per_second,  ///< always shown in MB/s (of 1,000,000 bytes)
  count,
  cpu_microseconds,  ///< always shown in us
  ratio,             ///< shown as 4.62x
};

/// "2.88 s [2.70, 3.05]", in the unit that suits the value. The interval guides the digits: half its width
/// keeps one significant digit, two where the first is a 1 (Taylor, An Introduction to Error Analysis, 2.2),
/// and the value three at most, so that two figures with their improvement stand side by side in 80 columns.
/// Without an interval three significant digits; of shares, counts and bytes (100 %, 4 workers) an interval
/// without width is left out. A no-break space stands within figure and interval, a plain one between them.
[[nodiscard]] std::string figure(const stats::Estimate& estimate, Quantity quantity);

/// "4.6x [4.3, 5.0], n = 3", or "4.62x, n = 1 (no interval)".
[[nodiscard]] std::string ratio_with_count(const stats::Estimate& ratio);

/// "14 minutes", "40 s".
[[nodiscard]] std::string duration_text(double seconds);

/// "1 trial", "2 trials".
[[nodiscard]] std::string counted(long count, std::string_view noun);

/// "clients at once" -> "Clients at once".
[[nodiscard]] std::string capitalised(std::string_view words);

}  // namespace shootout::report
