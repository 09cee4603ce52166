#include "trial/outcome.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "judge/evidence.h"
#include "judge/steady_state.h"
#include "trial/plan.h"

namespace shootout::trial {

suite::TrialRecord for_deciding(const Selection& selection, const suite::TrialRecord& trial) {
  suite::TrialRecord slim = trial;
  slim.observed = nullptr;
  slim.gates.clear();
  const auto load = std::ranges::find(selection.loads, trial.load, &suite::Load::name);
  const bool quantile = load != selection.loads.end() && load->decides.starts_with("latency_");
  nlohmann::json latency;
  if (quantile && trial.load_result.contains("latency"))
    latency = {{"latency", trial.load_result["latency"]}};
  slim.load_result = std::move(latency);
  return slim;
}

bool is_complete(const Selection& selection, const suite::RunRecord& run) {
  struct Replicates {
    std::set<int> measured, valid;
  };
  std::map<std::pair<CellName, std::string>, Replicates> steady;
  std::set<int> fixed, valid_fixed;  // trials' numbers
  for (const auto& trial : run.trials) {
    const CellName cell{trial.load, trial.scenario};
    if (is_steady(selection, cell)) {
      auto& replicates = steady[{cell, trial.contender}];
      replicates.measured.insert(trial.replicate);
      if (trial.valid) replicates.valid.insert(trial.replicate);
    } else {
      fixed.insert(trial.number);
      if (trial.valid) valid_fixed.insert(trial.number);
    }
  }
  if (fixed != valid_fixed) return false;
  const auto enough = static_cast<size_t>(selection.suite.gates.replicates_to_decide);
  const judge::Evidence evidence(selection.suite, run);
  for (const auto& [where, replicates] : steady) {
    if (replicates.valid.size() < std::min(enough, replicates.measured.size())) return false;
    const auto& [cell, contender] = where;
    const auto load = suite::find_load(selection.suite, cell.load);
    const auto scenario = suite::find_scenario(selection.suite, cell.scenario);
    if (load && scenario && !judge::unsteady(evidence, **load, **scenario, contender).empty()) return false;
  }
  return true;
}

}  // namespace shootout::trial
