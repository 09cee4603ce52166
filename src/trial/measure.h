// One trial: one contender, one cell, once; watched, counted, and judged by the gates.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "generator/generator.h"
#include "observe/database.h"
#include "trial/load_plan.h"
#include "trial/pinning.h"
#include "trial/plan.h"
#include "trial/stage.h"

namespace shootout::trial {

/// CPU % of each server at rest, by contender name.
using IdleCpu = std::map<std::string, double>;

/// Watches all servers for `seconds` while nothing is asked of them.
Result<IdleCpu> measure_idle(const Stage& stage, double seconds, const std::function<bool()>& stop_asked);

/// What was learned of a contender under a steady load before its trials, in the same replicate.
struct WarmedUp {
  double seconds = 0;   ///< of traffic that does not count
  bool at_rest = true;  ///< its rate came to rest (MSER-5)
  double mean_latency_us = 0;
  std::optional<double> ceiling_per_second;  ///< of shootout's minimal server under the same load
  nlohmann::json portrait;  ///< of the running server (observe/portrait.h), and of its answer
};

/// What every trial of a replicate needs.
struct Bench {
  const Selection* selection = nullptr;
  Stage* stage = nullptr;
  generator::Generator* generator = nullptr;
  const Pinning* pinning = nullptr;
  std::uint64_t seed = 0;  ///< of the run
  IdleCpu idle{};
  std::map<std::string, nlohmann::json> portraits{};  ///< by contender, with the answer of its health path
  std::map<std::pair<std::string, CellName>, WarmedUp> warmed_up{};  ///< by contender and steady cell
  /// The generator's ceiling by cell: the length of an answer, and the rate.
  std::map<CellName, std::pair<double, double>> ceilings{};
  observe::Database* database = nullptr;  ///< of the service postgres, where there is one
  std::function<bool()> stop_asked{};
};

struct Measured {
  suite::TrialRecord record;
  bool lied = false;  ///< the target answered wrongly, or claimed what it did not do
};

/// Offers the cell's load and gathers everything. A failure is one of shootout itself or of its services;
/// whatever the contender did is in the record.
Result<Measured> measure(const Bench& bench, const PlannedTrial& planned);

/// A cell of the bench's selection for a contender of its stage.
Result<suite::Cell> cell_for(const Bench& bench, const CellName& name, const suite::Launchable& contender);

/// Now, as ISO 8601 in UTC.
[[nodiscard]] std::string utc_now();

}  // namespace shootout::trial
