#include "judge/spike.h"

#include <cstddef>
#include <vector>

#include "judge/recorded.h"
#include "stats/location.h"

namespace shootout::judge {
namespace {

using Trials = std::vector<const suite::TrialRecord*>;

/// A phase's figure, by its place, in each replicate that has it.
std::optional<stats::Estimate> figure_in(const Trials& trials, std::size_t phase, const std::string& name) {
  ByReplicate figures;
  for (const auto* trial : trials) {
    const auto* phases = member(trial->observed, "phases");
    if (phases == nullptr || !phases->is_array() || phase >= phases->size()) continue;
    if (const auto value = number_at((*phases)[phase], name)) figures[trial->replicate] = *value;
  }
  return figures.empty() ? std::nullopt : std::optional(mean_over(figures));
}

std::vector<PhaseFigures> phases_of(const suite::Load& load, const Trials& trials) {
  std::vector<PhaseFigures> phases;
  for (std::size_t i = 0; i < load.phases.size(); ++i) {
    PhaseFigures figures;
    figures.name = load.phases[i].name;
    figures.role = load.phases[i].role;
    figures.connections = load.phases[i].connections;
    figures.requests_per_second = figure_in(trials, i, "requests_per_second");
    figures.p50_us = figure_in(trials, i, "p50_us");
    figures.p99_us = figure_in(trials, i, "p99_us");
    phases.push_back(std::move(figures));
  }
  return phases;
}

void add_shed(const Trials& trials, SpikeFigures& spike) {
  ByReplicate shares;
  for (const auto* trial : trials) {
    const auto shed = metric_of(*trial, "shed"), requests = metric_of(*trial, "requests");
    if (shed && requests && *requests > 0) shares[trial->replicate] = *shed / *requests;
    if (const auto* errors = member(trial->load_result, "errors"); errors != nullptr && errors->is_object())
      for (const auto& [name, count] : errors->items())
        if (count.is_number() && count.get<double>() > 0) spike.shed_by_class[name] += count.get<double>();
    if (const auto unanswered = number_at(trial->load_result, "unanswered"); unanswered && *unanswered > 0)
      spike.shed_by_class["unanswered"] += *unanswered;
  }
  if (!shares.empty()) spike.shed_share = mean_over(shares);
}

}  // namespace

SpikeFigures spike_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                      const std::string& contender) {
  const auto trials = evidence.trials(load.name, scenario.name, contender);
  SpikeFigures spike;
  spike.phases = phases_of(load, trials);
  add_shed(trials, spike);
  const auto recovery = averages(trials, "recovery_s");
  std::vector<double> seconds;
  for (const auto& [replicate, its] : recovery) seconds.push_back(its);
  if (!seconds.empty()) spike.recovery_s = stats::median(seconds);
  spike.recovered = static_cast<int>(seconds.size());
  spike.replicates = static_cast<int>(trials.size());
  return spike;
}

}  // namespace shootout::judge
