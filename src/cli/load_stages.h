// A load's stages as people write them: "10:60s,500:120s,10:30s", "10..500:60s", "100..1000/s:30s".
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/load_plan.h"

namespace shootout::cli {

struct StageList {
  std::vector<engine::Stage> stages;
  bool rates = false;  ///< levels are requests per second, not connections
};

/// Stages between commas, each LEVEL:TIME (a step) or FROM..TO:TIME (a ramp); "/s" behind the level makes it
/// a rate. All of a list are of one kind. Fails (usage) naming the stage that is wrong.
[[nodiscard]] Result<StageList> stages_of(std::string_view text);

}  // namespace shootout::cli
