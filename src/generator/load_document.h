// The engine's plan and result as JSON: what `load --json` prints, and what travels between the processes.
#pragma once

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/load_plan.h"
#include "engine/load_result.h"

namespace shootout::generator {

/// The document `shootout.load/1` (docs/json.md). A figure that was not taken is absent; a quantile is
/// present only with at least 10 values beyond it (p50 always, when there is a value).
[[nodiscard]] nlohmann::json load_document(const engine::LoadResult& result);

/// The whole result, histograms included, and back; for the socket and the store.
[[nodiscard]] nlohmann::json to_json(const engine::LoadResult& result);
[[nodiscard]] Result<engine::LoadResult> load_result_from_json(const nlohmann::json& json);
[[nodiscard]] nlohmann::json to_json(const engine::LoadPlan& plan);
[[nodiscard]] Result<engine::LoadPlan> load_plan_from_json(const nlohmann::json& json);

}  // namespace shootout::generator
