#include "judge/judgement.h"

#include <algorithm>

#include "judge/cell_figures.h"
#include "judge/claims.h"
#include "judge/evidence.h"
#include "judge/improvement.h"
#include "judge/ledger.h"
#include "judge/progress.h"
#include "judge/recorded.h"
#include "judge/resources.h"
#include "judge/scenario_notes.h"
#include "judge/verdicts.h"
#include "judge/warnings.h"

namespace shootout::judge {
namespace {

std::optional<double> precision_held_against(const Evidence& evidence) {
  if (const auto wanted = number_at(evidence.run.plan, "precision")) return wanted;
  if (!evidence.is_led()) return std::nullopt;
  std::optional<double> least;
  for (const auto& profile : evidence.suite.profiles)
    if (profile.precision && *profile.precision > 0)
      least = std::min(least.value_or(*profile.precision), *profile.precision);
  return least;
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
      for (const auto& contender : without_support(evidence))
        judgement.cells.push_back(figures_of(evidence, *load, *scenario, contender));
      for (auto& verdict : verdicts_of(evidence, *load, *scenario, judgement.ledger))
        judgement.verdicts.push_back(std::move(verdict));
    }
    for (const auto& pair : evidence.pairs_of_all())
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
  if (const auto precision = precision_held_against(evidence); precision)
    judgement.progress = progress_of(evidence, *precision);
  judgement.warnings = warnings_for(evidence);
  for (const auto& trial : run.trials)
    if (!trial.valid) judgement.void_trials.push_back(&trial);
  judgement.planned = planned_trials(run);
  judgement.finished = finished_trials(run);
  return judgement;
}

}  // namespace shootout::judge
