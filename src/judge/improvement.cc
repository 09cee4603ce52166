#include "judge/improvement.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "judge/decision.h"
#include "judge/wording.h"

namespace shootout::judge {
namespace {

struct ScenarioRatios {
  const suite::Scenario* scenario;
  ByReplicate ratios;
};

std::vector<ScenarioRatios> ratios_of(const Evidence& evidence, const suite::Load& load, const Pair& pair) {
  std::vector<ScenarioRatios> all;
  for (const auto* scenario : evidence.scenarios(load)) {
    auto ratios = evidence.improvement(load.name, scenario->name, pair, load.decides);
    if (!ratios.empty()) all.push_back({scenario, std::move(ratios)});
  }
  return all;
}

/// The replicates that an average is taken over. One that the run was cut off in would cost every scenario
/// that it did not reach, and is left out instead.
std::set<int> replicates_for(const std::vector<ScenarioRatios>& all, bool finished) {
  std::set<int> replicates;
  for (const auto& one : all)
    for (const auto& [replicate, ratio] : one.ratios) replicates.insert(replicate);
  const auto whole = [&](int replicate) {
    return std::ranges::all_of(all, [&](const auto& one) { return one.ratios.contains(replicate); });
  };
  if (!finished && replicates.size() > 1 && !whole(*replicates.rbegin()))
    replicates.erase(*replicates.rbegin());
  return replicates;
}

}  // namespace

std::optional<LoadSummary> summary_of(const Evidence& evidence, const suite::Load& load, const Pair& pair) {
  if (!is_fixed_work(load)) return std::nullopt;
  const auto all = ratios_of(evidence, load, pair);
  if (all.empty()) return std::nullopt;
  const auto replicates = replicates_for(all, evidence.run.state == suite::RunState::finished);

  LoadSummary summary;
  summary.load = load.name;
  summary.contender = pair.contender;
  summary.baseline = pair.baseline;
  summary.of = static_cast<int>(load.cells.size());
  std::map<int, std::vector<double>> by_replicate;
  for (const auto& [scenario, ratios] : all) {
    const auto ratio = ratio_over(ratios);
    if (summary.maximum.n == 0 || ratio.value > summary.maximum.value) {
      summary.maximum = ratio;
      summary.maximum_scenario = scenario->name;
    }
    if (summary.minimum.n == 0 || ratio.value < summary.minimum.value) {
      summary.minimum = ratio;
      summary.minimum_scenario = scenario->name;
    }
    const bool complete = std::ranges::all_of(replicates, [&](int one) { return ratios.contains(one); });
    if (!complete) continue;
    ++summary.scenarios;
    for (const int replicate : replicates) by_replicate[replicate].push_back(ratios.at(replicate));
  }
  if (summary.scenarios == 0) return std::nullopt;
  ByReplicate averages;
  for (const auto& [replicate, ratios] : by_replicate) averages[replicate] = stats::mean(ratios).value;
  const auto average = decide({logs_of(averages)}, rules_for(evidence, load)).front();
  summary.average = average.ratio;
  summary.word = average.word;
  summary.matrix_row = words_for(summary.average, as_rows(evidence.suite.matrix));
  summary.recommendation = words_for(summary.average, load.recommendations);
  return summary;
}

}  // namespace shootout::judge
