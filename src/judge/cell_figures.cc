#include "judge/cell_figures.h"

#include <algorithm>
#include <vector>

#include "judge/error_figures.h"
#include "judge/leader.h"
#include "judge/limits.h"
#include "judge/scenario_notes.h"
#include "judge/spike.h"
#include "judge/steady_state.h"

namespace shootout::judge {
namespace {

/// A steady load's quantiles are of a replicate's trials merged; each says how much it rests on.
void add_quantile(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                  const std::string& metric, CellFigures& cell) {
  if (is_steady(load)) {
    cell.metrics.erase(metric);
    const auto figures = figures_by_replicate(evidence, load, scenario, cell.contender, metric);
    if (!figures.empty()) cell.metrics[metric] = mean_over(figures);
  }
  if (!cell.metrics.contains(metric)) return;
  if (const auto beyond = fewest_beyond(evidence, load, scenario, cell.contender, metric))
    cell.beyond[metric] = *beyond;
}

}  // namespace

ByReplicate figures_by_replicate(const Evidence& evidence, const suite::Load& load,
                                 const suite::Scenario& scenario, const std::string& contender,
                                 const std::string& metric) {
  if (!is_steady(load) || !quantile_of(metric))
    return averages(evidence.trials(load.name, scenario.name, contender), metric);
  ByReplicate figures;
  for (const auto& [replicate, figure] :
       evidence.latency_quantiles(load.name, scenario.name, contender, metric))
    figures[replicate] = figure.us;
  return figures;
}

std::optional<std::uint64_t> fewest_beyond(const Evidence& evidence, const suite::Load& load,
                                           const suite::Scenario& scenario, const std::string& contender,
                                           const std::string& metric) {
  const auto q = quantile_of(metric);
  if (!q) return std::nullopt;
  constexpr double kRounding = 1e-6;  // 1 - 0.95 is a little more than 0.05
  std::vector<std::uint64_t> counts;
  if (is_steady(load)) {
    for (const auto& [replicate, figure] :
         evidence.latency_quantiles(load.name, scenario.name, contender, metric))
      counts.push_back(figure.beyond);
  } else {
    for (const auto* trial : evidence.trials(load.name, scenario.name, contender))
      counts.push_back(
          static_cast<std::uint64_t>(metric_of(*trial, "requests").value_or(0) * (1 - *q) + kRounding));
  }
  return counts.empty() ? std::nullopt : std::optional(std::ranges::min(counts));
}

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
  for (const auto* metric : kQuantileMetrics) add_quantile(evidence, load, scenario, metric, cell);
  if (is_spike(load) && cell.valid > 0) cell.spike = spike_of(evidence, load, scenario, contender);
  if (load.statistics == suite::Statistics::wrk && cell.valid > 0)
    cell.errors = errors_of(evidence, load, scenario, contender);
  if (cell.trials == 0) cell.unsupported = unsupported_in(evidence, contender, scenario.name);
  if (cell.trials > 0) cell.note = note_on(evidence, load, scenario, contender);
  cell.leads = evidence.is_led() && leader_of(evidence, load, scenario) == contender;
  cell.unsteady = unsteady(evidence, load, scenario, contender);
  cell.limit = limit_of(evidence, load, scenario, contender);
  return cell;
}

}  // namespace shootout::judge
