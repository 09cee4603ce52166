#include "judge/decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "judge/recorded.h"
#include "stats/comparison.h"
#include "stats/location.h"
#include "stats/precision.h"

namespace shootout::judge {
namespace {

constexpr double kMarginOfPrecision = 1.5;  // method.md, "Intervals"

stats::Estimate as_ratio(const stats::Estimate& log_ratio) {
  stats::Estimate ratio{std::exp(log_ratio.value), std::nullopt, std::nullopt, log_ratio.n};
  if (log_ratio.low) ratio.low = std::exp(*log_ratio.low);
  if (log_ratio.high) ratio.high = std::exp(*log_ratio.high);
  return ratio;
}

std::string percent(double ratio) {
  return fmt::format("{:.3g} %", 100 * (ratio - 1));
}

/// What is known of a pair that enough replicates left undecided.
std::string what_is_known(const Decision& decision, const Rules& rules) {
  if (*decision.ratio.low > 1)
    return fmt::format("surely above 1, perhaps by less than the margin of {}", percent(rules.margin));
  if (*decision.ratio.high < 1)
    return fmt::format("surely below 1, perhaps by less than the margin of {}", percent(rules.margin));
  return decision.detectable
             ? fmt::format("differences under {} would not have been found", percent(*decision.detectable))
             : std::string();
}

Decision decide_one(const std::vector<double>& log_ratios, double level, const Rules& rules) {
  Decision decision;
  decision.confidence = 1 - level;
  decision.ratio = as_ratio(stats::mean(log_ratios, decision.confidence));
  const int n = decision.ratio.n;
  if (n < 2) {
    decision.note = "one repetition: no interval";
    return decision;
  }
  decision.robust = as_ratio(stats::hodges_lehmann(log_ratios, decision.confidence));
  if (const auto smallest = stats::minimal_detectable(log_ratios)) decision.detectable = std::exp(*smallest);
  if (n < rules.replicates_to_decide) {
    decision.note = fmt::format("{} replicates: fewer than {} decide nothing", n, rules.replicates_to_decide);
    return decision;
  }
  if (*decision.ratio.low > rules.margin)
    decision.word = Word::faster;
  else if (*decision.ratio.high < 1 / rules.margin)
    decision.word = Word::slower;
  else if (stats::equivalent(log_ratios, std::log(rules.margin), level))
    decision.word = Word::equivalent;
  else
    decision.note = what_is_known(decision, rules);
  return decision;
}

}  // namespace

Rules rules_for(const Evidence& evidence, const suite::Load& load) {
  const auto& gates = evidence.suite.gates;
  Rules rules{.margin = 1 + gates.margin_percent / 100, .replicates_to_decide = gates.replicates_to_decide};
  if (const auto precision = number_at(evidence.run.plan, "precision"); precision && is_steady(load)) {
    rules.margin = std::max(rules.margin, 1 + kMarginOfPrecision * *precision);
    rules.error_rate = 1 - stats::kWatchedConfidence;
  }
  return rules;
}

std::vector<Decision> decide(const std::vector<std::vector<double>>& family, const Rules& rules) {
  std::vector<double> p_values;
  for (const auto& log_ratios : family) p_values.push_back(stats::t_test(log_ratios));
  const auto levels = stats::holm_levels(p_values, rules.error_rate);
  std::vector<Decision> decisions;
  for (std::size_t i = 0; i < family.size(); ++i)
    decisions.push_back(decide_one(family[i], levels[i], rules));
  return decisions;
}

std::vector<double> logs_of(const ByReplicate& ratios) {
  std::vector<double> logs;
  for (const auto& [replicate, ratio] : ratios) logs.push_back(std::log(ratio));
  return logs;
}

}  // namespace shootout::judge
