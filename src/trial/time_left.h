// How long a run will still take: guessed from the cells first, learned from the trials then.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "suite/record.h"
#include "trial/plan.h"

namespace shootout::trial {

class TimeLeft {
 public:
  TimeLeft(const Selection& selection, std::vector<PlannedTrial> plan);

  /// Seconds that such a trial is likely to take.
  [[nodiscard]] double of(const PlannedTrial& trial) const;
  /// Seconds for all trials that are not in `done` (numbers), with what comes around them: starts, checks,
  /// warm-up.
  [[nodiscard]] double seconds(const std::set<int>& done) const;
  [[nodiscard]] int trials() const { return static_cast<int>(plan_.size()); }
  /// These are the trials that are likely to come.
  void replan(std::vector<PlannedTrial> plan) { plan_ = std::move(plan); }
  /// From now on such trials are expected to take as long as this one.
  void learn(const suite::TrialRecord& trial);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // contender, load, scenario
  std::vector<PlannedTrial> plan_;
  std::map<Key, double> expected_;
  std::map<Key, double> warm_up_;  ///< of steady loads, in each replicate
};

}  // namespace shootout::trial
