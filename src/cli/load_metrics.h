// A load's figures under the names that conditions use (base/condition.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/histogram.h"
#include "engine/load_result.h"

namespace shootout::cli {

/// The q quantile, microseconds; nothing with fewer than 10 values beyond it, but for the median.
[[nodiscard]] std::optional<double> believable_quantile(const engine::Histogram& latency, double q);

/// Nothing where the figure was not taken, or there is none of this name.
[[nodiscard]] std::optional<double> load_metric(const engine::LoadResult& result, std::string_view name);

}  // namespace shootout::cli
