#include "judge/progress.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "judge/decision.h"
#include "judge/recorded.h"
#include "stats/comparison.h"
#include "stats/location.h"
#include "stats/precision.h"

namespace shootout::judge {
namespace {

using CellName = std::pair<std::string, std::string>;  // load, scenario

CellName cell_name(const suite::TrialRecord& trial) {
  return {trial.load, trial.scenario};
}

/// Replicates in which the cell has every block of the plan for each of its contenders, void ones included:
/// one that is still being measured says nothing yet.
std::set<int> whole_replicates(const Evidence& evidence, const CellName& cell) {
  std::map<int, std::set<std::pair<std::string, int>>> measured;
  std::set<std::string> contenders;
  for (const auto& trial : evidence.run.trials) {
    if (cell_name(trial) != cell) continue;
    measured[trial.replicate].insert({trial.contender, trial.block});
    contenders.insert(trial.contender);
  }
  const auto* load = evidence.load(cell.first);
  const auto blocks = load != nullptr && is_steady(*load)
                          ? static_cast<std::size_t>(count_at(evidence.run.plan, "blocks").value_or(1))
                          : 1;
  std::set<int> whole;
  for (const auto& [replicate, trials] : measured)
    if (trials.size() >= blocks * contenders.size()) whole.insert(replicate);
  return whole;
}

/// What the cells cost: seconds of a replicate's part spent on each, its starts (the time before the first
/// trial beyond what trials of that cell take) shared equally among the cells of the replicate.
std::map<CellName, double> seconds_a_replicate(const Evidence& evidence) {
  struct Part {
    double seconds = 0;
    std::vector<double> trials;  // all but the replicate's first
  };
  std::map<int, std::map<CellName, Part>> replicates;
  std::map<int, std::pair<CellName, double>> first;
  double before = 0;
  for (const auto& trial : evidence.run.trials) {
    const double took = std::max(trial.run_s - before, 0.0);
    before = trial.run_s;
    auto& part = replicates[trial.replicate][cell_name(trial)];
    part.seconds += took;
    if (first.try_emplace(trial.replicate, cell_name(trial), took).second) continue;
    part.trials.push_back(took);
  }
  std::map<CellName, std::vector<double>> costs;
  for (auto& [replicate, cells] : replicates) {
    const auto& [cell, took] = first.at(replicate);
    const auto& others = cells.at(cell).trials;
    const double starts = others.empty() ? 0 : std::max(took - stats::median(others), 0.0);
    cells.at(cell).seconds -= starts;
    for (const auto& [name, part] : cells)
      costs[name].push_back(part.seconds + starts / static_cast<double>(cells.size()));
  }
  std::map<CellName, double> means;
  for (const auto& [name, its] : costs) means[name] = stats::mean(its).value;
  return means;
}

CellProgress progress_in(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                         double precision) {
  CellProgress progress;
  progress.load = load.name;
  progress.scenario = scenario.name;
  progress.wanted = precision;
  const auto pairs = evidence.pairs(load, scenario);
  // The widest that Holm may make an interval: which level a pair gets in the end depends on where it lies.
  const auto told_at_once = std::max<std::size_t>(evidence.family(load, scenario).size(), 1);
  const double confidence = 1 - (1 - stats::kWatchedConfidence) / static_cast<double>(told_at_once);
  const auto whole = whole_replicates(evidence, {load.name, scenario.name});
  progress.replicates = static_cast<int>(whole.size());
  progress.precise = !pairs.empty();
  bool can_tell = !pairs.empty() && precision > 0;
  int needed = stats::kReplicatesForPrecision;
  double widest = pairs.empty() ? std::numeric_limits<double>::infinity() : 0;
  for (const auto& pair : pairs) {
    auto ratios = evidence.improvement(load.name, scenario.name, pair, load.decides);
    std::erase_if(ratios, [&](const auto& one) { return !whole.contains(one.first); });
    const auto logs = logs_of(ratios);
    const double half_width = stats::precision_of(logs, confidence);
    if (half_width >= widest) {
      widest = half_width;
      progress.replicates = static_cast<int>(logs.size());
    }
    progress.precise &= stats::precise_enough(logs, precision, confidence);
    if (!can_tell) continue;
    const auto its = stats::values_needed(logs, std::log1p(precision), confidence);
    can_tell = its.has_value();
    needed = std::max(needed, its.value_or(0));
  }
  progress.half_width = widest;
  if (progress.precise)
    progress.needed = progress.replicates;
  else if (can_tell)
    progress.needed = std::max(needed, progress.replicates + 1);
  return progress;
}

}  // namespace

std::vector<CellProgress> progress_of(const Evidence& evidence, double precision) {
  const auto costs = seconds_a_replicate(evidence);
  std::vector<CellProgress> all;
  for (const auto* load : evidence.loads()) {
    if (is_fixed_work(*load)) continue;
    for (const auto* scenario : evidence.scenarios(*load)) {
      auto progress = progress_in(evidence, *load, *scenario, precision);
      const auto cost = costs.find({load->name, scenario->name});
      if (progress.needed && cost != costs.end() && cost->second > 0)
        progress.more_s = cost->second * (*progress.needed - progress.replicates);
      all.push_back(std::move(progress));
    }
  }
  return all;
}

}  // namespace shootout::judge
