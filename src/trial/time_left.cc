#include "trial/time_left.h"

#include <utility>

#include "trial/stage.h"

namespace shootout::trial {
namespace {

constexpr double kAroundTrial = 0.3;    // counters, fresh connections, the last sample, the store
constexpr double kAroundWarmUp = 0.8;   // a few checked requests, the ceiling, a look at the server
constexpr double kAroundReplicate = 4;  // start, verification, warm-up, rest, teardown

}  // namespace

TimeLeft::TimeLeft(const Selection& selection, std::vector<PlannedTrial> plan) : plan_(std::move(plan)) {
  // A launchable that cannot be made is passed over: the error shows when it is started; here is only a guess
  // at stake.
  std::map<std::string, suite::Launchable> servers;
  for (const auto* group : {&selection.contenders, &selection.companions}) {
    for (const auto& contender : *group) {
      if (auto launchable = resolve_for_planning(contender, contender.name, selection))
        servers.emplace(contender.name, std::move(*launchable));
    }
  }
  for (const auto& contender : selection.contenders) {
    for (const auto& load : selection.loads) {
      for (const auto& scenario : selection.scenarios) {
        if (!load.cells.contains(scenario.name)) continue;
        const auto server = servers.find(selection.server_of(contender.name, scenario.name));
        if (server == servers.end()) continue;
        const auto* launchable = &server->second;
        if (const auto cell = suite::cell_of(selection.suite, load, scenario, *launchable)) {
          expected_[{contender.name, load.name, scenario.name}] = expected_seconds(*cell, *launchable);
          if (cell->window)
            warm_up_[{contender.name, load.name, scenario.name}] =
                opening_seconds(*cell) + cell->window->warm_up_s + kAroundWarmUp;
        }
      }
    }
  }
}

double TimeLeft::of(const PlannedTrial& trial) const {
  const auto found = expected_.find({trial.contender, trial.load, trial.scenario});
  return found == expected_.end() ? 1 : found->second;
}

double TimeLeft::seconds(const std::set<int>& done) const {
  double sum = 0;
  std::set<int> replicates;
  std::set<std::pair<int, Key>> warmed_up;
  for (const auto& trial : plan_) {
    if (done.contains(trial.number)) continue;
    sum += of(trial) + kAroundTrial;
    replicates.insert(trial.replicate);
    const Key key{trial.contender, trial.load, trial.scenario};
    if (const auto warm_up = warm_up_.find(key);
        warm_up != warm_up_.end() && warmed_up.insert({trial.replicate, key}).second)
      sum += warm_up->second;
  }
  return sum + kAroundReplicate * static_cast<double>(replicates.size());
}

void TimeLeft::learn(const suite::TrialRecord& trial) {
  const Key key{trial.contender, trial.load, trial.scenario};
  if (warm_up_.contains(key)) return;  // its window is known
  if (const auto duration = trial.metrics.find("duration_s"); duration != trial.metrics.end())
    expected_[key] = duration->second;
}

}  // namespace shootout::trial
