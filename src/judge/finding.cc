#include "judge/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "judge/by_metric.h"
#include "judge/improvement.h"
#include "judge/offer.h"
#include "judge/resources.h"
#include "judge/rises.h"
#include "judge/wording.h"

namespace shootout::judge {
namespace {

using Kind = suite::Criterion::Kind;

constexpr double kMegabyte = 1e6;

const suite::Load* load_of(const Evidence& evidence, const std::string& name) {
  const auto loads = evidence.loads();
  const auto found = std::ranges::find(loads, name, &suite::Load::name);
  return found == loads.end() ? nullptr : *found;
}

std::optional<Pair> pair_of(const Evidence& evidence, const Question& question) {
  if (question.contender.empty() && question.participants.size() == 2)
    return Pair{question.participants[0], question.participants[1]};
  for (const auto& pair : evidence.pairs_of_all())
    if (question.contender.empty() || pair.contender == question.contender) return pair;
  return std::nullopt;
}

Finding find_speedup(const Evidence& evidence, const Question& question, const suite::Load& load,
                     const Pair& pair) {
  const auto ratios = evidence.improvement(load.name, question.scenario, pair, load.decides);
  if (ratios.empty()) return unknown("not measured in this run");
  return measured_ratio(ratio_over(ratios));
}

/// The seeds speak of all of a load's scenarios: the average or the maximum of some of them is another
/// figure.
Finding find_over_load(const Evidence& evidence, const Question& question, const suite::Load& load,
                       const Pair& pair) {
  const auto summary = summary_of(evidence, load, pair);
  if (!summary) return unknown("no scenario was measured in every replicate");
  if (summary->scenarios < summary->of)
    return unknown(
        fmt::format("only {} of the load's {} scenarios were measured", summary->scenarios, summary->of));
  if (question.kind == Kind::average_speedup) return measured_ratio(summary->average);
  return measured_ratio(summary->maximum, "", fmt::format(" ({})", summary->maximum_scenario));
}

Finding find_peak(const Evidence& evidence, const Question& question, const suite::Load& load) {
  Finding finding;
  double offered = 0;
  for (const auto* scenario : evidence.scenarios(load)) {
    if (!question.scenario.empty() && scenario->name != question.scenario) continue;
    const auto offer = offer_of(load, *scenario);
    for (const auto* trial : evidence.trials(load.name, scenario->name, question.contender)) {
      const auto peak = metric_of(*trial, "upstream_peak");
      if (!peak || !offer) continue;
      finding.count = std::max(finding.count.value_or(0), *peak);
      offered = std::max(offered, static_cast<double>(offer->concurrency()));
    }
  }
  if (!finding.count) return unknown("the service's count was not taken");
  finding.most_possible = offered;
  finding.text =
      fmt::format("at most {:.0f} calls waited at once, of up to {:.0f} offered", *finding.count, offered);
  return finding;
}

/// Total CPU time for the same requests: the cells in which both have a valid trial.
Finding find_cpu_ratio(const Evidence& evidence, const Question& question, const Pair& pair) {
  const auto key = [](const suite::TrialRecord& trial) {
    return std::tuple(trial.load, trial.scenario, trial.replicate, trial.block);
  };
  const auto cpu = [](const suite::TrialRecord& trial) -> std::optional<double> {
    const auto user = metric_of(trial, "cpu_user_s"), system = metric_of(trial, "cpu_system_s");
    return user && system ? std::optional(*user + *system) : std::nullopt;
  };
  std::map<decltype(key(std::declval<const suite::TrialRecord&>())), double> of_baseline;
  for (const auto* trial : evidence.trials(question.load, question.scenario, pair.baseline))
    if (const auto its = cpu(*trial)) of_baseline[key(*trial)] = *its;
  ByReplicate baseline, contender;
  for (const auto* trial : evidence.trials(question.load, question.scenario, pair.contender)) {
    const auto its = cpu(*trial);
    const auto partner = of_baseline.find(key(*trial));
    if (!its || partner == of_baseline.end()) continue;
    baseline[trial->replicate] += partner->second;
    contender[trial->replicate] += *its;
  }
  ByReplicate ratios;
  for (const auto& [replicate, its] : contender)
    if (its > 0 && baseline[replicate] > 0) ratios[replicate] = its / baseline[replicate];
  if (ratios.empty()) return unknown("CPU was not measured on both sides");
  return measured_ratio(ratio_over(ratios), "",
                        fmt::format(" {}'s CPU time for the same requests", evidence.title(pair.baseline)));
}

Finding find_resource(const Evidence& evidence, const Question& question) {
  const auto resources = resources_of(evidence, question.contender, question.load);
  const auto& wanted = question.kind == Kind::cpu_idle   ? resources.cpu_idle_percent
                       : question.kind == Kind::cpu_load ? resources.cpu_load_percent
                                                         : resources.pss_bytes;
  if (!wanted) return unknown("not measured in this run");
  return question.kind == Kind::memory ? measured(*wanted, " MB", kMegabyte)
                                       : measured(*wanted, " % of a core");
}

/// Counts attempts that were void for other reasons, too: what was asked must have been answered.
Finding find_success(const Evidence& evidence) {
  std::set<int> good, bad;
  double requests = 0, errors = 0;
  for (const auto& trial : evidence.run.trials) {
    const bool succeeded = metric_of(trial, "success_rate").value_or(0) >= 1;
    (succeeded ? good : bad).insert(trial.number);
    requests += metric_of(trial, "requests").value_or(0);
    errors += metric_of(trial, "errors").value_or(0);
  }
  const int planned = planned_trials(evidence.run);
  Finding finding;
  finding.text = fmt::format("{} of {} planned trials; {:.0f} requests, {:.0f} errors",
                             finished_trials(evidence.run), planned, requests, errors);
  if (!bad.empty())
    finding.decided = Holds::did_not_hold;
  else if (!good.empty() && static_cast<int>(good.size()) == planned)
    finding.decided = Holds::held;
  return finding;
}

}  // namespace

Finding unknown(std::string why) {
  Finding finding;
  finding.text = std::move(why);
  return finding;
}

Finding measured(const stats::Estimate& estimate, std::string unit, double divisor, std::string before,
                 std::string after) {
  constexpr double kUsual = 0.95;
  Finding finding;
  finding.figure = estimate;
  finding.unit = std::move(unit);
  finding.divisor = divisor;
  finding.before = std::move(before);
  finding.after = std::move(after);
  finding.text = told(finding, estimate, kUsual);
  return finding;
}

Finding measured_ratio(const stats::Estimate& ratio, std::string before, std::string after) {
  auto finding = measured(ratio, "x", 1, std::move(before), std::move(after));
  finding.scale = stats::Scale::logarithmic;
  return finding;
}

std::string told(const Finding& finding, const stats::Estimate& figure, double confidence) {
  auto shown = figure;
  // All that is measured is positive: a bound below zero is the t interval's way of saying "down to nothing".
  if (shown.low && shown.value >= 0) shown.low = std::max(*shown.low, 0.0);
  return finding.before + judge::figure(shown, finding.unit, finding.divisor, confidence) + finding.after;
}

Finding find(const Evidence& evidence, const Question& question) {
  const auto pair = pair_of(evidence, question);
  const auto* load = load_of(evidence, question.load);
  if (!question.load.empty() && load == nullptr)
    return unknown("this run did not measure the load " + question.load);
  switch (question.kind) {
    case Kind::success:
      return find_success(evidence);
    case Kind::cpu_idle:
    case Kind::cpu_load:
    case Kind::memory:
      return find_resource(evidence, question);
    case Kind::upstream_peak:
      return load ? find_peak(evidence, question, *load) : unknown("no load is named");
    case Kind::cpu_ratio:
      return pair ? find_cpu_ratio(evidence, question, *pair) : unknown("no pair was compared");
    case Kind::speedup:
    case Kind::average_speedup:
    case Kind::maximum_speedup:
    case Kind::rises:
      if (!pair) return unknown("no pair was compared");
      if (load == nullptr) return unknown("no load is named");
      if (question.kind == Kind::speedup) return find_speedup(evidence, question, *load, *pair);
      if (question.kind == Kind::rises) return find_rise(evidence, *load, *pair);
      return find_over_load(evidence, question, *load, *pair);
    case Kind::ratio:
    case Kind::change:
    case Kind::metric:
    case Kind::total:
    case Kind::error_share:
      return load ? find_by_metric(evidence, question, *load) : unknown("no load is named");
  }
  return unknown("no figure answers this");
}

}  // namespace shootout::judge
