// What a run has to judge by: its valid trials by cell, paired by block, and who took part.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/latency.h"
#include "stats/paired_ratio.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::judge {

struct Pair {
  std::string baseline, contender;
};

/// A figure for each replicate.
using ByReplicate = std::map<int, double>;

/// Refers to the suite and the run, which must outlive it.
class Evidence {
 public:
  Evidence(const suite::Suite& its_suite, const suite::RunRecord& its_run);

  const suite::Suite& suite;
  const suite::RunRecord& run;

  /// In the suite's order, the baseline first.
  [[nodiscard]] const std::vector<std::string>& contenders() const { return contenders_; }
  /// Whether the baseline of each cell is whoever leads it (suite::kLeader).
  [[nodiscard]] bool is_led() const { return led_; }
  /// What a cell's verdicts are about: (baseline, each other contender that has trials in the cell). Where
  /// the baseline takes no part in the run: the suite's pairs that do; failing those, the first contender is
  /// the baseline. With a leader (judge/leader.h) it is the baseline.
  [[nodiscard]] std::vector<Pair> pairs(const suite::Load& load, const suite::Scenario& scenario) const;
  /// The pairs that are the same in every cell: with leaders there are none.
  [[nodiscard]] const std::vector<Pair>& pairs_of_all() const { return pairs_; }
  /// The pairs that share an error rate (Holm): pairs(), which come first. The leader is chosen from the very
  /// figures that the verdicts rest on, so that with leaders all pairs of the cell follow: each pair's
  /// interval is honest, whichever of them the choice falls on.
  [[nodiscard]] std::vector<Pair> family(const suite::Load& load, const suite::Scenario& scenario) const;
  /// The contender's folder that serves as the suite's service in this run, e.g. upstream-fastapi; the
  /// service's own name where the run does not say which make it used.
  [[nodiscard]] std::string provider_of(const suite::ServiceChoice& service) const;
  /// A contender of the run, or the provider of a service that the run used.
  [[nodiscard]] bool takes_part(const std::string& name) const;
  /// "Flask/Gunicorn"; the name where the run recorded no title.
  [[nodiscard]] std::string title(const std::string& contender) const;
  /// What the run recorded of the contender; null where nothing.
  [[nodiscard]] const nlohmann::json& about(const std::string& contender) const;

  /// Those with trials, in the suite's order; scenarios that the load has a cell for.
  [[nodiscard]] std::vector<const suite::Load*> loads() const;
  /// The suite's load of this name; null where it has none.
  [[nodiscard]] const suite::Load* load(std::string_view name) const;
  [[nodiscard]] std::vector<const suite::Scenario*> scenarios(const suite::Load& load) const;

  /// Valid trials; an empty name stands for all.
  [[nodiscard]] std::vector<const suite::TrialRecord*> trials(std::string_view load,
                                                              std::string_view scenario,
                                                              std::string_view contender) const;

  /// For each replicate the contender's improvement on the baseline, above 1 where the contender is better:
  /// the robust mean (stats::replicate_estimate, on the log scale) over those blocks in which both trials are
  /// valid and have the metric, above 0. A quantile of a steady load: the ratio of the two sides'
  /// latency_quantiles().
  [[nodiscard]] ByReplicate improvement(std::string_view load, std::string_view scenario, const Pair& pair,
                                        const std::string& metric) const;

  /// Of a steady load's cell, by the metric (kQuantileMetrics): the quantile in each replicate, from its
  /// valid trials' histograms merged. Kept once they are made, so not for several threads at a time.
  [[nodiscard]] const QuantilesByReplicate& latency_quantiles(std::string_view load,
                                                              std::string_view scenario,
                                                              std::string_view contender,
                                                              const std::string& metric) const;

 private:
  /// Of the contenders those that have trials in the cell, void ones included.
  [[nodiscard]] std::vector<std::string> measured(const suite::Load& load,
                                                  const suite::Scenario& scenario) const;

  std::vector<std::string> contenders_;
  bool led_ = false;
  std::vector<Pair> pairs_;
  /// By load, scenario and contender, then by metric.
  mutable std::map<std::string, std::map<std::string, QuantilesByReplicate>> quantiles_;
};

/// Whether the load is steady: measured in windows, over several blocks a replicate.
[[nodiscard]] inline bool is_steady(const suite::Load& load) {
  return load.window.has_value();
}
/// Whether its connections change while it is measured, in one trial a replicate.
[[nodiscard]] inline bool is_spike(const suite::Load& load) {
  return !load.phases.empty();
}
/// A count of requests.
[[nodiscard]] inline bool is_fixed_work(const suite::Load& load) {
  return !is_steady(load) && !is_spike(load);
}
/// Whether more of the metric is better; of all others less is.
[[nodiscard]] bool more_is_better(std::string_view metric);
/// Steady, in a closed loop: each contender sets its own rate.
[[nodiscard]] inline bool is_steady_closed(const suite::Load& load) {
  return is_steady(load) && load.rate.empty();
}

[[nodiscard]] std::optional<double> metric_of(const suite::TrialRecord& trial, const std::string& metric);

/// The metric's arithmetic mean in each replicate that has it.
[[nodiscard]] ByReplicate averages(const std::vector<const suite::TrialRecord*>& trials,
                                   const std::string& metric);

/// Ratios, with their interval on the log scale; `figures` must not be empty.
[[nodiscard]] stats::Estimate ratio_over(const ByReplicate& figures, double confidence = 0.95);
/// Plain figures, with their interval on the plain scale; `figures` must not be empty.
[[nodiscard]] stats::Estimate mean_over(const ByReplicate& figures);

/// Trials of the plan that were measured, however many attempts each took.
[[nodiscard]] int finished_trials(const suite::RunRecord& run);
/// Trials that the plan has in all, as the run recorded it; the finished ones where it did not.
[[nodiscard]] int planned_trials(const suite::RunRecord& run);

}  // namespace shootout::judge
