#include "judge/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ranges>

#include "judge/latency.h"
#include "judge/recorded.h"
#include "stats/comparison.h"
#include "stats/precision.h"
#include "stats/student.h"

namespace shootout::judge {
namespace {

/// A contender's figure in each replicate of one run, and whether each may decide.
struct SideFigures {
  ByReplicate values;
  bool decide = true;
};

SideFigures side_figures(const Evidence& evidence, const suite::Load& load, const std::string& scenario,
                         const std::string& contender, const std::string& metric) {
  const auto trials = evidence.trials(load.name, scenario, contender);
  SideFigures figures;
  if (const auto q = quantile_of(metric)) {
    for (const auto& [replicate, quantile] : quantiles(trials, *q)) {
      figures.values[replicate] = quantile.us;
      figures.decide = figures.decide && quantile.beyond >= kBeyondToDecide;
    }
  } else {
    figures.values = averages(trials, metric);
  }
  std::erase_if(figures.values, [](const auto& figure) { return !(figure.second > 0); });
  return figures;
}

std::vector<double> signed_logs(const SideFigures& figures, const std::string& metric) {
  std::vector<double> logs;
  for (const double value : figures.values | std::views::values)
    logs.push_back(more_is_better(metric) ? std::log(value) : -std::log(value));
  return logs;
}

/// Why no word can be given; empty where one can.
std::string lack_of(const CellChange& change, bool enough_beyond, const suite::Gates& gates) {
  const auto least = std::min(change.before.n, change.after.n);
  if (least < 2) return "one replicate: no interval";
  if (least < gates.replicates_to_decide)
    return fmt::format("{} replicates decide nothing: it takes {}", least, gates.replicates_to_decide);
  if (!enough_beyond) return fmt::format("fewer than {} requests a replicate lie beyond it", kBeyondToDecide);
  return "";
}

std::optional<CellChange> change_of(const Evidence& before, const Evidence& after, const suite::Load& load,
                                    const std::string& scenario, const std::string& contender,
                                    const std::string& metric) {
  const auto was = side_figures(before, load, scenario, contender, metric);
  const auto is = side_figures(after, load, scenario, contender, metric);
  if (was.values.empty() || is.values.empty()) return std::nullopt;
  CellChange change;
  change.load = load.name;
  change.scenario = scenario;
  change.contender = contender;
  change.metric = metric;
  change.decides = metric == load.decides;
  change.before = mean_over(was.values);
  change.after = mean_over(is.values);
  change.samples = {signed_logs(was, metric), signed_logs(is, metric)};
  change.ratio = change.samples.ratio();
  change.note = lack_of(change, was.decide && is.decide, after.suite.gates);
  change.may_decide = change.note.empty();
  return change;
}

/// 0 where none was wanted.
double wanted_precision(const Evidence& evidence) {
  return number_at(evidence.run.plan, "precision").value_or(0);
}

/// Differences within it count as none: never below 1.5 times the half-width that either run wanted.
double margin_for(const Evidence& before, const Evidence& after) {
  double margin = after.suite.gates.margin_percent / 100;
  for (const auto* evidence : {&before, &after}) margin = std::max(margin, 1.5 * wanted_precision(*evidence));
  return 1 + margin;
}

/// As a run's verdicts: better or worse where the whole interval lies beyond the margin; equivalent where two
/// one-sided tests at the adjusted level (Schuirmann 1987) show a difference within it.
void give_word(CellChange& change) {
  if (!change.may_decide) return;
  const auto& ratio = change.ratio;
  const double inner_confidence = 1 - 2 * (1 - change.confidence);
  const auto inner = change.samples.ratio(inner_confidence);
  if (*ratio.low > change.margin) {
    change.word = ChangeWord::better;
  } else if (*ratio.high < 1 / change.margin) {
    change.word = ChangeWord::worse;
  } else if (*inner.low > 1 / change.margin && *inner.high < change.margin) {
    change.word = ChangeWord::equivalent;
  } else if (*ratio.low > 1) {
    change.note = "surely above 1, perhaps by less than the margin";
  } else if (*ratio.high < 1) {
    change.note = "surely below 1, perhaps by less than the margin";
  }
}

/// Intervals and words of all changes of one metric, adjusted to how many are told at once.
void adjust(const std::vector<CellChange*>& changes, double margin, double error_rate) {
  std::vector<double> p_values;
  for (const auto* change : changes) p_values.push_back(change->samples.p_value());
  const auto levels = stats::holm_levels(p_values, error_rate);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CellChange& change = *changes[i];
    change.confidence = 1 - levels[i];
    change.ratio = change.samples.ratio(change.confidence);
    change.margin = margin;
    give_word(change);
  }
}

std::string incomplete(const Evidence& evidence, const char* which) {
  const int finished = finished_trials(evidence.run), planned = planned_trials(evidence.run);
  if (evidence.run.state == suite::RunState::finished) return "";
  return fmt::format("{} is not finished: {} of {} trials", which, finished, planned);
}

std::string voided(const Evidence& evidence, const char* which) {
  const auto voided = std::ranges::count(evidence.run.trials, false, &suite::TrialRecord::valid);
  if (voided == 0) return "";
  return fmt::format("{} of {} measurements of {} are void and left out", voided, evidence.run.trials.size(),
                     which);
}

std::vector<std::string> comparison_warnings(const Evidence& before, const Evidence& after,
                                             const std::vector<CellChange>& changes) {
  std::vector<std::string> warnings;
  for (auto warning : {incomplete(before, "RUN_A"), incomplete(after, "RUN_B"), voided(before, "RUN_A"),
                       voided(after, "RUN_B")}) {
    if (!warning.empty()) warnings.push_back(std::move(warning));
  }
  const bool closed_latency = std::ranges::any_of(changes, [&](const CellChange& change) {
    const auto load = std::ranges::find(after.suite.loads, change.load, &suite::Load::name);
    return quantile_of(change.metric) && (is_steady_closed(*load) || is_spike(*load));
  });
  if (closed_latency)
    warnings.emplace_back(
        "in a closed loop each run sets its own rate: latencies there are of different rates");
  warnings.emplace_back(
      "the runs were not measured in turns: what the machine did differently on the two occasions is part of "
      "every ratio, and its interval does not know");
  return warnings;
}

}  // namespace

std::string_view name(ChangeWord word) {
  switch (word) {
    case ChangeWord::better:
      return "better";
    case ChangeWord::worse:
      return "worse";
    case ChangeWord::equivalent:
      return "equivalent";
    case ChangeWord::inconclusive:
      break;
  }
  return "inconclusive";
}

stats::Estimate LogSamples::ratio(double confidence) const {
  stats::Estimate estimate;
  estimate.n = static_cast<int>(std::min(before.size(), after.size()));
  estimate.value = std::exp(stats::mean(after).value - stats::mean(before).value);
  if (!has_interval()) return estimate;
  const auto difference = stats::welch(after, before, confidence);
  estimate.low = std::exp(difference.low);
  estimate.high = std::exp(difference.high);
  return estimate;
}

double LogSamples::p_value(double ratio) const {
  constexpr double kConfidence = 0.95;
  const auto difference = stats::welch(after, before, kConfidence);
  const double off = std::abs(difference.value - std::log(ratio));
  const double half_width = (difference.high - difference.low) / 2;
  if (!(half_width > 0)) return off > 0 ? 0 : 1;  // nothing varies
  const double error = half_width / stats::t_quantile((1 + kConfidence) / 2, difference.degrees);
  return 2 * stats::t_cdf(-off / error, difference.degrees);
}

std::vector<std::string> metrics_compared(const suite::Load& load) {
  std::vector<std::string> metrics{load.decides};
  const auto add = [&](const char* metric) {
    if (std::ranges::find(metrics, metric) == metrics.end()) metrics.emplace_back(metric);
  };
  if (is_fixed_work(load)) add("duration_s");
  if (is_steady_closed(load) || is_spike(load))
    add("requests_per_second");  // an open loop's rate is the plan's
  for (const char* metric :
       {"cpu_us_per_request", "latency_p50_us", "latency_p95_us", "latency_p99_us", "pss_bytes"})
    add(metric);
  return metrics;
}

RunComparison compare(const Evidence& before, const Evidence& after) {
  RunComparison comparison;
  comparison.differences = differences_of(before, after);
  for (const auto* load : after.loads()) {
    for (const auto* scenario : after.scenarios(*load)) {
      for (const auto& contender : after.contenders()) {
        for (const auto& metric : metrics_compared(*load)) {
          if (auto change = change_of(before, after, *load, scenario->name, contender, metric))
            comparison.changes.push_back(std::move(*change));
        }
      }
    }
  }
  std::map<std::string, std::vector<CellChange*>> by_metric;
  for (auto& change : comparison.changes)
    if (change.samples.has_interval()) by_metric[change.metric].push_back(&change);
  if (wanted_precision(before) > 0 || wanted_precision(after) > 0)
    comparison.error_rate = 1 - stats::kWatchedConfidence;
  const double margin = margin_for(before, after);
  for (const auto& changes : by_metric | std::views::values) adjust(changes, margin, comparison.error_rate);
  comparison.warnings = comparison_warnings(before, after, comparison.changes);
  return comparison;
}

}  // namespace shootout::judge
