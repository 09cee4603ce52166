// From a suite's cell to what the engine is asked for.
#pragma once

#include <cstdint>

#include "engine/load_plan.h"
#include "suite/suite.h"
#include "trial/pinning.h"

namespace shootout::trial {

/// The engine's plan for a cell; `seed` of its slots, arrivals and generated contents.
[[nodiscard]] engine::LoadPlan load_plan(const suite::Cell& cell, const suite::Launchable& contender,
                                         const Pinning& pinning, std::uint64_t seed);

/// A suite's check as the engine has it.
[[nodiscard]] engine::Check engine_check(const suite::AnswerCheck& check);

}  // namespace shootout::trial
