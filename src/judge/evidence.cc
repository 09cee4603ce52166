#include "judge/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <set>

#include "judge/leader.h"
#include "judge/recorded.h"
#include "stats/location.h"

namespace shootout::judge {
namespace {

using suite::TrialRecord;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::string baseline_of(const suite::Suite& suite, const suite::RunRecord& run) {
  const auto chosen = text_at(run.plan, "baseline").value_or("");
  return chosen.empty() ? suite.baseline : chosen;
}

std::vector<std::string> participants(const suite::Suite& suite, const suite::RunRecord& run) {
  std::vector<std::string> candidates{baseline_of(suite, run)};
  candidates.insert(candidates.end(), suite.contenders.begin(), suite.contenders.end());
  candidates.insert(candidates.end(), suite.also.begin(), suite.also.end());
  for (const auto& trial : run.trials) candidates.push_back(trial.contender);
  std::vector<std::string> names;
  for (const auto& name : candidates) {
    const bool measured = std::ranges::find(run.trials, name, &TrialRecord::contender) != run.trials.end();
    if (measured && !contains(names, name)) names.push_back(name);
  }
  return names;
}

std::vector<Pair> compared(const suite::Suite& suite, const suite::RunRecord& run,
                           const std::vector<std::string>& contenders) {
  std::vector<Pair> pairs;
  if (!contains(contenders, baseline_of(suite, run))) {
    for (const auto& [baseline, contender] : suite.pairs)
      if (contains(contenders, baseline) && contains(contenders, contender))
        pairs.push_back({baseline, contender});
    if (!pairs.empty()) return pairs;
  }
  for (const auto& contender : contenders | std::views::drop(1))
    pairs.push_back({contenders.front(), contender});
  return pairs;
}

std::vector<double> values_of(const ByReplicate& figures) {
  const auto values = figures | std::views::values;
  return {values.begin(), values.end()};
}

}  // namespace

Evidence::Evidence(const suite::Suite& its_suite, const suite::RunRecord& its_run)
    : suite(its_suite),
      run(its_run),
      contenders_(participants(suite, run)),
      led_(baseline_of(suite, run) == suite::kLeader),
      pairs_(led_ ? std::vector<Pair>() : compared(suite, run, contenders_)) {}

std::vector<std::string> Evidence::measured(const suite::Load& load, const suite::Scenario& scenario) const {
  std::vector<std::string> names;
  for (const auto& name : contenders_)
    if (std::ranges::any_of(run.trials, [&](const auto& trial) {
          return trial.load == load.name && trial.scenario == scenario.name && trial.contender == name;
        }))
      names.push_back(name);
  return names;
}

std::vector<Pair> Evidence::pairs(const suite::Load& load, const suite::Scenario& scenario) const {
  const auto there = measured(load, scenario);
  std::vector<Pair> pairs;
  if (!led_) {
    for (const auto& pair : pairs_)
      if (contains(there, pair.baseline) && contains(there, pair.contender)) pairs.push_back(pair);
    return pairs;
  }
  const auto leader = leader_of(*this, load, scenario);
  if (leader.empty()) return {};
  for (const auto& name : there)
    if (name != leader) pairs.push_back({leader, name});
  return pairs;
}

std::vector<Pair> Evidence::family(const suite::Load& load, const suite::Scenario& scenario) const {
  auto family = pairs(load, scenario);
  if (!led_ || family.empty()) return family;
  const auto leader = family.front().baseline;
  const auto there = measured(load, scenario);
  for (std::size_t i = 0; i < there.size(); ++i)
    for (std::size_t j = i + 1; j < there.size(); ++j)
      if (there[i] != leader && there[j] != leader) family.push_back({there[i], there[j]});
  return family;
}

std::string Evidence::provider_of(const suite::ServiceChoice& service) const {
  const auto* makes = member(run.plan, "services");
  const auto make = makes ? text_at(*makes, service.name) : std::nullopt;
  const auto provider = service.makes.find(make.value_or(""));
  return provider == service.makes.end() ? service.name : provider->second;
}

bool Evidence::takes_part(const std::string& name) const {
  return contains(contenders_, name) || std::ranges::any_of(suite.services, [&](const auto& service) {
           return provider_of(service) == name;
         });
}

const nlohmann::json& Evidence::about(const std::string& contender) const {
  static const nlohmann::json kNothing;
  const auto* found = member(run.contenders, contender);
  return found ? *found : kNothing;
}

std::string Evidence::title(const std::string& contender) const {
  return text_at(about(contender), "title").value_or(contender);
}

std::vector<const suite::Load*> Evidence::loads() const {
  std::vector<const suite::Load*> loads;
  for (const auto& load : suite.loads)
    if (std::ranges::find(run.trials, load.name, &TrialRecord::load) != run.trials.end())
      loads.push_back(&load);
  return loads;
}

const suite::Load* Evidence::load(std::string_view name) const {
  const auto found = std::ranges::find(suite.loads, name, &suite::Load::name);
  return found == suite.loads.end() ? nullptr : &*found;
}

std::vector<const suite::Scenario*> Evidence::scenarios(const suite::Load& load) const {
  std::vector<const suite::Scenario*> scenarios;
  for (const auto& scenario : suite.scenarios) {
    const bool measured = std::ranges::any_of(run.trials, [&](const auto& trial) {
      return trial.load == load.name && trial.scenario == scenario.name;
    });
    if (measured && load.cells.contains(scenario.name)) scenarios.push_back(&scenario);
  }
  return scenarios;
}

std::vector<const TrialRecord*> Evidence::trials(std::string_view load, std::string_view scenario,
                                                 std::string_view contender) const {
  const auto is = [](std::string_view wanted, const std::string& name) {
    return wanted.empty() || wanted == name;
  };
  std::vector<const TrialRecord*> trials;
  for (const auto& trial : run.trials)
    if (trial.valid && is(load, trial.load) && is(scenario, trial.scenario) && is(contender, trial.contender))
      trials.push_back(&trial);
  return trials;
}

ByReplicate Evidence::improvement(std::string_view load_name, std::string_view scenario, const Pair& pair,
                                  const std::string& metric) const {
  const auto* its_load = load(load_name);
  if (its_load != nullptr && is_steady(*its_load) && quantile_of(metric)) {
    const auto& of_baseline = latency_quantiles(load_name, scenario, pair.baseline, metric);
    ByReplicate ratios;
    for (const auto& [replicate, its] : latency_quantiles(load_name, scenario, pair.contender, metric))
      if (const auto partner = of_baseline.find(replicate);
          partner != of_baseline.end() && its.us > 0 && partner->second.us > 0)
        ratios[replicate] = partner->second.us / its.us;
    return ratios;
  }
  const bool more = more_is_better(metric);
  std::map<std::pair<int, int>, double> by_block;
  for (const auto* trial : trials(load_name, scenario, pair.baseline))
    if (const auto value = metric_of(*trial, metric); value && *value > 0)
      by_block[{trial->replicate, trial->block}] = *value;
  std::map<int, std::vector<double>> logs;
  for (const auto* trial : trials(load_name, scenario, pair.contender)) {
    const auto value = metric_of(*trial, metric);
    const auto partner = by_block.find({trial->replicate, trial->block});
    if (!value || *value <= 0 || partner == by_block.end()) continue;
    const double change = std::log(partner->second / *value);
    logs[trial->replicate].push_back(more ? -change : change);
  }
  ByReplicate ratios;
  for (const auto& [replicate, changes] : logs)
    ratios[replicate] = std::exp(stats::replicate_estimate(changes));
  return ratios;
}

const QuantilesByReplicate& Evidence::latency_quantiles(std::string_view load, std::string_view scenario,
                                                        std::string_view contender,
                                                        const std::string& metric) const {
  const auto key = fmt::format("{}\n{}\n{}", load, scenario, contender);
  auto found = quantiles_.find(key);
  if (found == quantiles_.end())
    found = quantiles_.emplace(key, all_quantiles(trials(load, scenario, contender))).first;
  return found->second[metric];
}

bool more_is_better(std::string_view metric) {
  return metric == "requests_per_second" || metric == "success_rate";
}

std::optional<double> metric_of(const TrialRecord& trial, const std::string& metric) {
  const auto found = trial.metrics.find(metric);
  if (found == trial.metrics.end() || !std::isfinite(found->second)) return std::nullopt;
  return found->second;
}

ByReplicate averages(const std::vector<const TrialRecord*>& trials, const std::string& metric) {
  std::map<int, std::vector<double>> values;
  for (const auto* trial : trials)
    if (const auto value = metric_of(*trial, metric)) values[trial->replicate].push_back(*value);
  ByReplicate averages;
  for (const auto& [replicate, its] : values) averages[replicate] = stats::mean(its).value;
  return averages;
}

stats::Estimate ratio_over(const ByReplicate& figures, double confidence) {
  const std::vector<double> ones(figures.size(), 1.0);
  return stats::paired_ratio(values_of(figures), ones, confidence);
}

stats::Estimate mean_over(const ByReplicate& figures) {
  return stats::mean(values_of(figures));
}

int finished_trials(const suite::RunRecord& run) {
  std::set<int> numbers;
  for (const auto& trial : run.trials) numbers.insert(trial.number);
  return static_cast<int>(numbers.size());
}

int planned_trials(const suite::RunRecord& run) {
  return count_at(run.plan, "trials").value_or(finished_trials(run));
}

}  // namespace shootout::judge
