// A load's figures drawn in characters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/histogram.h"
#include "engine/load_result.h"

namespace shootout::cli {

/// A bar of `columns` columns, filled from the left to `share` (0 to 1) in eighths of a column; the rest is
/// spaces. What is above 0 shows at least one eighth.
[[nodiscard]] std::string bar(double share, std::size_t columns);

/// One character a value, its height from 0 to the largest of them in eighths. More values than columns: the
/// means of neighbours.
[[nodiscard]] std::string sparkline(std::span<const double> values, std::size_t columns);

/// Values between two bounds.
struct LatencyBand {
  double from_us = 0, to_us = 0;
  std::uint64_t count = 0;
};

/// The histogram in bands that are equally wide on a logarithmic scale, between round numbers (1, 2, 5, 10
/// ...), as fine as `most` allows; from the first that holds a value to the last, empty ones between
/// included.
[[nodiscard]] std::vector<LatencyBand> latency_bands(const engine::Histogram& latency, std::size_t most = 12);

/// The bands as lines: "  100 us to 200 us  |bar|  45.31 %  12,345". Empty where there are no values.
[[nodiscard]] std::string latency_chart(const engine::Histogram& latency);

/// The requests a second of each point of a series.
[[nodiscard]] std::vector<double> rates_of(std::span<const engine::SeriesPoint> series);

}  // namespace shootout::cli
