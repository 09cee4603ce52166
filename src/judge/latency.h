// Latencies of a replicate, from its trials' histograms merged.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "suite/record.h"

namespace shootout::judge {

/// The metrics that are quantiles.
inline constexpr std::array kQuantileMetrics{"latency_p50_us", "latency_p90_us", "latency_p95_us",
                                             "latency_p99_us"};

/// "latency_p50_us" ... -> 0.5, 0.9, 0.95, 0.99; nothing for others.
[[nodiscard]] std::optional<double> quantile_of(std::string_view metric);

/// A quantile is shown with at least so many values beyond it, and decides with at least so many (design.md).
inline constexpr std::uint64_t kBeyondToShow = 10, kBeyondToDecide = 100;

struct QuantileFigure {
  double us = 0;
  std::uint64_t beyond = 0;
};
using QuantilesByReplicate = std::map<int, QuantileFigure>;

/// The quantile in each replicate, where the merged trials have kBeyondToShow values beyond it.
[[nodiscard]] QuantilesByReplicate quantiles(const std::vector<const suite::TrialRecord*>& trials, double q);

/// The same for all of kQuantileMetrics, by metric; the histograms are read once.
[[nodiscard]] std::map<std::string, QuantilesByReplicate> all_quantiles(
    const std::vector<const suite::TrialRecord*>& trials);

}  // namespace shootout::judge
