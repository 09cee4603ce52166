// A load for people: the line while it runs, and the summary afterwards.
#pragma once

#include <string>

#include "engine/load.h"
#include "engine/load_plan.h"
#include "engine/load_result.h"

namespace shootout::cli {

/// "850 us", "12.3 ms", "1.25 s".
[[nodiscard]] std::string latency_text(double microseconds);

/// One line: time so far and left, rate since the last line, latencies, errors.
[[nodiscard]] std::string progress_line(const engine::LoadPlan& plan, const engine::LoadProgress& now,
                                        const engine::LoadProgress& before);

struct LoadViewOptions {
  bool all_percentiles = false;  ///< --latency
  bool colour = false;
};

/// Readable at a glance, at most 80 columns but for what the user or the server said. A percentile is shown
/// with at least 10 values beyond it.
[[nodiscard]] std::string load_summary(const engine::LoadPlan& plan, const engine::LoadResult& result,
                                       const LoadViewOptions& options);

}  // namespace shootout::cli
