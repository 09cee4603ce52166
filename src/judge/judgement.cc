#include "judge/judgement.h"

#include <algorithm>

#include "judge/claims.h"
#include "judge/evidence.h"
#include "judge/improvement.h"
#include "judge/ledger.h"
#include "judge/limits.h"
#include "judge/progress.h"
#include "judge/recorded.h"
#include "judge/resources.h"
#include "judge/steady_state.h"
#include "judge/verdicts.h"
#include "judge/warnings.h"

namespace shootout::judge {
namespace {

CellFigures figures_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                       const std::string& contender) {
  CellFigures cell;
  cell.load = load.name;
  cell.scenario = scenario.name;
  cell.contender = contender;
  cell.trials = static_cast<int>(std::ranges::count_if(evidence.run.trials, [&](const auto& trial) {
    return trial.load == load.name && trial.scenario == scenario.name && trial.contender == contender;
  }));
  const auto trials = evidence.trials(load.name, scenario.name, contender);
  cell.valid = static_cast<int>(trials.size());
  for (const auto* trial : trials)
    for (const auto& [metric, value] : trial->metrics)
      if (!cell.metrics.contains(metric))
        if (const auto figures = averages(trials, metric); !figures.empty())
          cell.metrics[metric] = mean_over(figures);
  if (is_steady(load)) {
    for (const auto* metric : kQuantileMetrics) {
      cell.metrics.erase(metric);
      ByReplicate figures;
      for (const auto& [replicate, figure] :
           evidence.latency_quantiles(load.name, scenario.name, contender, metric))
        figures[replicate] = figure.us;
      if (!figures.empty()) cell.metrics[metric] = mean_over(figures);
    }
  }
  cell.unsteady = unsteady(evidence, load, scenario, contender);
  cell.limit = limit_of(evidence, load, scenario, contender);
  return cell;
}

}  // namespace

std::string_view name(Word word) {
  switch (word) {
    case Word::faster:
      return "faster";
    case Word::slower:
      return "slower";
    case Word::equivalent:
      return "equivalent";
    case Word::inconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

std::string_view name(Holds holds) {
  switch (holds) {
    case Holds::held:
      return "held";
    case Holds::did_not_hold:
      return "did not hold";
    case Holds::could_not_tell:
      return "could not tell";
  }
  return "could not tell";
}

Judgement judge(const suite::Suite& suite, const suite::RunRecord& run) {
  const Evidence evidence(suite, run);
  Judgement judgement;
  judgement.ledger = ledger_of(evidence);
  for (const auto* load : evidence.loads()) {
    for (const auto* scenario : evidence.scenarios(*load)) {
      const auto ranks = ranks_of(evidence, *load, *scenario);
      for (const auto& contender : evidence.contenders()) {
        auto figures = figures_of(evidence, *load, *scenario, contender);
        if (const auto rank = ranks.find(contender); rank != ranks.end()) figures.rank = rank->second;
        judgement.cells.push_back(std::move(figures));
      }
      for (auto& verdict : verdicts_of(evidence, *load, *scenario, judgement.ledger))
        judgement.verdicts.push_back(std::move(verdict));
    }
    for (const auto& pair : evidence.pairs())
      if (auto summary = summary_of(evidence, *load, pair))
        judgement.summaries.push_back(std::move(*summary));
  }
  judgement.claims = test_claims(evidence);
  judgement.advice = give_advice(evidence);
  for (const auto& contender : evidence.contenders())
    judgement.resources.push_back(resources_of(evidence, contender));
  for (const auto& service : suite.services) {
    auto resources = resources_of(evidence, evidence.provider_of(service));
    if (resources.cpu_load_percent || resources.pss_bytes)
      judgement.resources.push_back(std::move(resources));
  }
  if (const auto precision = number_at(run.plan, "precision"); precision)
    judgement.progress = progress_of(evidence, *precision);
  judgement.warnings = warnings_for(evidence);
  for (const auto& trial : run.trials)
    if (!trial.valid) judgement.void_trials.push_back(&trial);
  judgement.planned = planned_trials(run);
  judgement.finished = finished_trials(run);
  return judgement;
}

}  // namespace shootout::judge
