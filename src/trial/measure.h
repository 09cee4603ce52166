// One trial: one contender, one cell, once; watched, counted, and judged by the gates.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/error.h"
#include "generator/generator.h"
#include "trial/pinning.h"
#include "trial/plan.h"
#include "trial/stage.h"

namespace shootout::trial {

/// CPU % of each server at rest, by contender name.
using IdleCpu = std::map<std::string, double>;

/// Watches all servers for `seconds` while nothing is asked of them.
Result<IdleCpu> measure_idle(const Stage& stage, double seconds, const std::function<bool()>& stop_asked);

/// What every trial of a replicate needs.
struct Bench {
  const Selection* selection = nullptr;
  Stage* stage = nullptr;
  generator::Generator* generator = nullptr;
  const Pinning* pinning = nullptr;
  IdleCpu idle;
  std::function<bool()> stop_asked;
};

struct Measured {
  suite::TrialRecord record;
  bool lied = false;  ///< the target answered wrongly, or claimed what it did not do
};

/// Offers the cell's load and gathers everything. A failure is one of shootout itself or of its services;
/// whatever the contender did is in the record.
Result<Measured> measure(const Bench& bench, const PlannedTrial& planned);

/// The engine's plan for a cell.
[[nodiscard]] engine::LoadPlan load_plan(const suite::Cell& cell, const suite::Launchable& contender,
                                         const Pinning& pinning);

/// Now, as ISO 8601 in UTC.
[[nodiscard]] std::string utc_now();

}  // namespace shootout::trial
