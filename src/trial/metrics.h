// The metrics of a trial (suite/record.h), from what the generator and the observer saw.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/load_result.h"
#include "observe/observer.h"
#include "suite/suite.h"

namespace shootout::trial {

using Metrics = std::map<std::string, double>;

/// Of the load alone. `counts_calls`: requests/s in upstream calls.
void add_load_metrics(const engine::LoadResult& result, const suite::Cell& cell, bool counts_calls,
                      Metrics& metrics);

/// Of the contender's tree. `answers`: all that it gave while it was watched, those that do not count
/// included: CPU a request is divided by them.
void add_tree_metrics(const observe::TreeObservation& tree, double answers, Metrics& metrics);

/// The tree's memory in its first and last sample of an Observation's `samples`: what a load leaves behind.
void add_memory_metrics(const nlohmann::json& samples, const std::string& tree, Metrics& metrics);

/// Whole answers, those outside the window included.
[[nodiscard]] double all_answers(const engine::LoadResult& result);

}  // namespace shootout::trial
