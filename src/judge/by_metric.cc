#include "judge/by_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "judge/cell_figures.h"
#include "judge/decision.h"
#include "judge/saturation.h"
#include "judge/steady_state.h"
#include "judge/wording.h"
#include "suite/told_metrics.h"

namespace shootout::judge {
namespace {

using Kind = suite::Criterion::Kind;
using Trials = std::vector<const suite::TrialRecord*>;
using ValueOf = std::function<std::optional<double>(const suite::TrialRecord&)>;

/// A contender in a cell.
struct Spot {
  const suite::Load& load;
  const suite::Scenario& scenario;
  const std::string& contender;
};

/// "requests/s ", before its figure.
std::string words_before(const std::string& metric) {
  const auto* known = suite::told_metric(metric);
  return (known ? std::string(known->words) : metric) + " ";
}

/// Of the window's requests.
std::optional<double> failures_in_window(const suite::TrialRecord& trial) {
  const auto requests = metric_of(trial, "requests"), good = metric_of(trial, "success_rate");
  return requests && good ? std::optional(std::round(*requests * (1 - *good))) : std::nullopt;
}

/// Those of the time before the window too, where they were counted.
std::optional<double> failures_of(const suite::TrialRecord& trial) {
  const auto in_window = failures_in_window(trial);
  const double before = metric_of(trial, "errors_before_window").value_or(0);
  return in_window ? std::optional(*in_window + before) : std::nullopt;
}

/// Of metrics that no trial records; empty for the others.
ValueOf derived(const Evidence& evidence, const std::string& metric) {
  if (metric == "failures") return failures_of;
  if (metric == "cpu_share_of_cores")
    return [cores = cores_of_servers(evidence)](const suite::TrialRecord& trial) -> std::optional<double> {
      const auto percent = metric_of(trial, "cpu_percent");
      return percent && cores ? std::optional(*percent / (100 * *cores)) : std::nullopt;
    };
  return {};
}

ByReplicate values_in(const Evidence& evidence, const Spot& spot, const std::string& metric) {
  const auto value_of = derived(evidence, metric);
  if (!value_of) return figures_by_replicate(evidence, spot.load, spot.scenario, spot.contender, metric);
  std::map<int, std::vector<double>> values;
  for (const auto* trial : evidence.trials(spot.load.name, spot.scenario.name, spot.contender))
    if (const auto value = value_of(*trial)) values[trial->replicate].push_back(*value);
  ByReplicate means;
  for (const auto& [replicate, its] : values) means[replicate] = stats::mean(its).value;
  return means;
}

/// Why the figures of these spots decide nothing; or empty.
std::string doubt_about(const Evidence& evidence, const std::vector<Spot>& spots, const std::string& metric) {
  for (const auto& spot : spots) {
    if (const auto why = unsteady(evidence, spot.load, spot.scenario, spot.contender); !why.empty())
      return fmt::format("{}: {}", evidence.title(spot.contender), why);
    const auto beyond = fewest_beyond(evidence, spot.load, spot.scenario, spot.contender, metric);
    if (beyond && *beyond < kBeyondToDecide)
      return fmt::format("a replicate has only {} values beyond the quantile: fewer than {} decide nothing",
                         *beyond, kBeyondToDecide);
  }
  return {};
}

Finding by_the_rules(Finding finding, const Evidence& evidence, const suite::Load& load) {
  const auto rules = rules_for(evidence, load);
  finding.error_rate = rules.error_rate;
  finding.enough = rules.replicates_to_decide;
  return finding;
}

Finding find_ratio(const Evidence& evidence, const Question& question, const suite::Load& load,
                   const suite::Scenario& scenario, const std::string& metric) {
  const Pair pair{question.against, question.contender};
  const auto ratios = evidence.improvement(load.name, scenario.name, pair, metric);
  if (ratios.empty()) return unknown("not measured on both sides in any replicate");
  auto finding = measured_ratio(ratio_over(ratios), words_before(metric));
  finding.doubt =
      doubt_about(evidence, {{load, scenario, pair.baseline}, {load, scenario, pair.contender}}, metric);
  return by_the_rules(std::move(finding), evidence, load);
}

/// From one load to another in the same replicate, that is on the same servers.
Finding find_change(const Evidence& evidence, const Question& question, const suite::Load& load,
                    const suite::Scenario& scenario, const std::string& metric) {
  const auto* from = evidence.load(question.from);
  if (from == nullptr) return unknown("this run did not measure the load " + question.from);
  const Spot before{*from, scenario, question.contender}, now{load, scenario, question.contender};
  const auto values_before = values_in(evidence, before, metric);
  ByReplicate changes;
  for (const auto& [replicate, value] : values_in(evidence, now, metric)) {
    const auto partner = values_before.find(replicate);
    if (partner == values_before.end() || value <= 0 || partner->second <= 0) continue;
    changes[replicate] = more_is_better(metric) ? value / partner->second : partner->second / value;
  }
  if (changes.empty()) return unknown("not measured under both loads in any replicate");
  auto finding = measured_ratio(ratio_over(changes), words_before(metric));
  finding.doubt = doubt_about(evidence, {before, now}, metric);
  return by_the_rules(std::move(finding), evidence, load);
}

Finding find_mean(const Evidence& evidence, const Question& question, const suite::Load& load,
                  const suite::Scenario& scenario, const std::string& metric) {
  const Spot spot{load, scenario, question.contender};
  const auto values = values_in(evidence, spot, metric);
  const auto* known = suite::told_metric(metric);
  if (values.empty() || known == nullptr) return unknown("not measured in this run");
  auto finding = measured(mean_over(values), std::string(known->unit), known->divisor, words_before(metric));
  finding.doubt = doubt_about(evidence, {spot}, metric);
  return by_the_rules(std::move(finding), evidence, load);
}

/// Whether a trial tells of its errors: a valid one, and one that only its errors made void.
bool tells_of_errors(const suite::TrialRecord& trial) {
  if (trial.valid) return true;
  const auto by_answers = [](const auto& gate) { return gate.passed || gate.gate == "verification"; };
  return !trial.gates.empty() && std::ranges::all_of(trial.gates, by_answers);
}

Trials all_that_tell(const Evidence& evidence, const Question& question) {
  Trials trials;
  for (const auto& trial : evidence.run.trials)
    if (trial.load == question.load && trial.contender == question.contender &&
        (question.scenario.empty() || trial.scenario == question.scenario) && tells_of_errors(trial))
      trials.push_back(&trial);
  return trials;
}

/// What was seen was seen, however seldom one looked; that there was no more takes as many replicates as a
/// verdict.
Finding find_total(const Evidence& evidence, const Question& question, const suite::Load& load) {
  auto value_of = derived(evidence, question.metric);
  if (!value_of)
    value_of = [&](const suite::TrialRecord& trial) { return metric_of(trial, question.metric); };
  double sum = 0, requests = 0;
  std::set<int> replicates;
  for (const auto* trial : all_that_tell(evidence, question)) {
    const auto value = value_of(*trial);
    if (!value) continue;
    sum += *value;
    requests += metric_of(*trial, "requests").value_or(0);
    replicates.insert(trial->replicate);
  }
  if (replicates.empty()) return unknown("not measured in this run");
  Finding finding;
  finding.count = sum;
  finding.seldom = static_cast<int>(replicates.size()) < rules_for(evidence, load).replicates_to_decide;
  const std::string of = question.metric == "failures" ? fmt::format(" of {:.0f} requests", requests)
                                                       : std::string(" in all trials");
  const std::string words =
      question.metric == "failures" ? "without a good answer " : words_before(question.metric);
  finding.text = fmt::format("{}{:.0f}{}, n = {}", words, sum, of, replicates.size());
  return finding;
}

Finding find_error_share(const Evidence& evidence, const Question& question, const suite::Load& load) {
  std::map<int, double> failures, requests;
  double all = 0;
  for (const auto* trial : all_that_tell(evidence, question)) {
    const auto failed = failures_in_window(*trial), sent = metric_of(*trial, "requests");
    if (!failed || !sent) continue;
    failures[trial->replicate] += *failed;
    requests[trial->replicate] += *sent;
    all += *sent;
  }
  ByReplicate shares;
  for (const auto& [replicate, sent] : requests)
    if (sent > 0) shares[replicate] = failures[replicate] / sent;
  if (shares.empty()) return unknown("not measured in this run");
  constexpr double kPercent = 0.01;
  return by_the_rules(measured(mean_over(shares), " %", kPercent, "without a good answer ",
                               fmt::format(", {:.0f} requests", all)),
                      evidence, load);
}

}  // namespace

Finding find_by_metric(const Evidence& evidence, const Question& question, const suite::Load& load) {
  if (question.kind == Kind::total) return find_total(evidence, question, load);
  if (question.kind == Kind::error_share) return find_error_share(evidence, question, load);
  const auto scenario =
      std::ranges::find(evidence.suite.scenarios, question.scenario, &suite::Scenario::name);
  if (scenario == evidence.suite.scenarios.end()) return unknown("no scenario was measured");
  const std::string metric = question.metric.empty() ? load.decides : question.metric;
  if (question.kind == Kind::ratio) return find_ratio(evidence, question, load, *scenario, metric);
  if (question.kind == Kind::change) return find_change(evidence, question, load, *scenario, metric);
  return find_mean(evidence, question, load, *scenario, metric);
}

}  // namespace shootout::judge
