#include "judge/improvement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "judge/limits.h"
#include "judge/wording.h"

namespace shootout::judge {
namespace {

constexpr std::array kComparedMetrics{kDecidingMetric,  "latency_mean_us", "latency_p50_us",
                                      "latency_p95_us", "latency_p99_us",  "requests_per_second"};

struct ScenarioRatios {
  const suite::Scenario* scenario;
  ByReplicate ratios;
};

std::vector<ScenarioRatios> ratios_of(const Evidence& evidence, const suite::Load& load, const Pair& pair) {
  std::vector<ScenarioRatios> all;
  for (const auto* scenario : evidence.scenarios(load)) {
    auto ratios = evidence.improvement(load.name, scenario->name, pair, kDecidingMetric);
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

std::string cause_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                     const Pair& pair) {
  std::string cause;
  for (const auto& name : {pair.baseline, pair.contender}) {
    const std::string limit = limit_of(evidence, load, scenario, name);
    if (limit.empty()) continue;
    cause += fmt::format("{}{}: {}", cause.empty() ? "" : ". ", evidence.title(name), limit);
  }
  return cause;
}

}  // namespace

Word word_for(const ByReplicate& ratios) {
  if (ratios.size() < 2) return Word::inconclusive;
  const auto inner = ratio_over(ratios, 0.90);
  if (*inner.low > 1 / kEquivalenceMargin && *inner.high < kEquivalenceMargin) return Word::equivalent;
  const auto ratio = ratio_over(ratios);
  if (*ratio.low > 1) return Word::faster;
  if (*ratio.high < 1) return Word::slower;
  return Word::inconclusive;
}

std::vector<Verdict> verdicts_of(const Evidence& evidence, const suite::Load& load,
                                 const suite::Scenario& scenario, const Pair& pair) {
  std::vector<Verdict> verdicts;
  for (const auto* metric : kComparedMetrics) {
    const auto ratios = evidence.improvement(load.name, scenario.name, pair, metric);
    if (ratios.empty()) continue;
    Verdict verdict;
    verdict.load = load.name;
    verdict.scenario = scenario.name;
    verdict.contender = pair.contender;
    verdict.baseline = pair.baseline;
    verdict.metric = metric;
    verdict.ratio = ratio_over(ratios);
    verdict.word = word_for(ratios);
    if (verdict.ratio.n == 1) verdict.note = "one repetition: no interval";
    if (verdict.metric == kDecidingMetric) {
      verdict.says = words_for(verdict.ratio, load.words);
      verdict.cause = cause_of(evidence, load, scenario, pair);
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

std::optional<LoadSummary> summary_of(const Evidence& evidence, const suite::Load& load, const Pair& pair) {
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
  summary.average = ratio_over(averages);
  summary.matrix_row = words_for(summary.average, as_rows(evidence.suite.matrix));
  summary.recommendation = words_for(summary.average, load.recommendations);
  return summary;
}

}  // namespace shootout::judge
