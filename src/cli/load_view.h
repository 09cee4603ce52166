// A load's summary for people.
#pragma once

#include <string>

#include "engine/load_plan.h"
#include "engine/load_result.h"

namespace shootout::cli {

struct LoadViewOptions {
  bool all_percentiles = false;  ///< --latency
  bool colour = false;
};

/// Readable at a glance, at most 80 columns but for what the user or the server said: why it is not valid,
/// if it is not, then the figures, the errors, how the latencies and the rate went, and how the generator
/// did. A percentile is shown with at least 10 values beyond it.
[[nodiscard]] std::string load_summary(const engine::LoadPlan& plan, const engine::LoadResult& result,
                                       const LoadViewOptions& options);

}  // namespace shootout::cli
