// What a spike is about: who got no answer, how long the others waited in each phase, and when it was over.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/load_result.h"
#include "suite/suite.h"
#include "trial/metrics.h"

namespace shootout::trial {

/// `phases` of suite/record.h's `observed`: the cell's phases with what came of each.
[[nodiscard]] nlohmann::json phases_json(const engine::LoadResult& result, const suite::Cell& cell);

/// hold_requests_per_second, hold_p99_us, shed and recovery_s. A spike has recovered at the end of the first
/// of two intervals of the series in a row, after its highest level, whose p99 lies within 10 % above that of
/// its first phase.
void add_spike_metrics(const engine::LoadResult& result, const suite::Cell& cell, Metrics& metrics);

/// memory_kept_bytes, from the memory metrics that are there already.
void add_memory_kept(Metrics& metrics);

}  // namespace shootout::trial
