// The metrics of a load with the statistics of wrk: what wrk prints beside the usual ones, and what it cannot
// tell.
#pragma once

#include "engine/load_result.h"
#include "trial/metrics.h"

namespace shootout::trial {

/// Those of suite/record.h that the generator alone knows.
void add_wrk_metrics(const engine::LoadResult& result, Metrics& metrics);

}  // namespace shootout::trial
