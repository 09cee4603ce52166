#include "judge/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "judge/connection_budget.h"
#include "judge/improvement.h"
#include "judge/offer.h"
#include "judge/recorded.h"
#include "judge/steady_state.h"

namespace shootout::judge {
namespace {

/// The generator, the servers and the upstream need one each.
constexpr int kEnoughCores = 3;

std::string of_replicates(const Evidence& evidence) {
  std::set<int> replicates;
  for (const auto& trial : evidence.run.trials)
    if (trial.valid) replicates.insert(trial.replicate);
  const auto n = static_cast<int>(replicates.size());
  const int enough = evidence.suite.gates.replicates_to_decide;
  if (n == 0 || n >= enough) return {};
  if (n == 1) return "1 replicate: no intervals, so nothing is decided";
  return fmt::format(
      "{} replicates: intervals are wide (t with {} {} of freedom), and a rare slow start may be missed; "
      "fewer than {} decide nothing",
      n, n - 1, n == 2 ? "degree" : "degrees", enough);
}

std::string of_cores(const Evidence& evidence) {
  if (const auto* pinning = member(evidence.run.plan, "pinning"))
    if (const auto note = text_at(*pinning, "note"); note && !note->empty()) return *note;
  const auto* cores = member(evidence.run.machine, "cores_allowed");
  if (cores == nullptr || !cores->is_array() || cores->empty() || cores->size() >= kEnoughCores) return {};
  return cores->size() == 1
             ? "1 core: generator, servers and services share it"
             : "2 cores: servers and services share one with each other, or with the generator";
}

std::string of_void_trials(const Evidence& evidence) {
  const auto& trials = evidence.run.trials;
  const auto count = std::ranges::count(trials, false, &suite::TrialRecord::valid);
  if (count == 0) return {};
  return fmt::format("{} of {} trials {} void: what they would have shown is missing from every figure",
                     count, trials.size(), count == 1 ? "is" : "are");
}

/// Where MSER-5 still left out more than half of the longest warm-up (trial/warm_up.h).
std::vector<std::string> of_warm_up(const Evidence& evidence) {
  std::map<std::string, std::set<int>> restless;  // by contender and cell: replicates
  for (const auto& trial : evidence.run.trials)
    if (const auto* warm_up = member(trial.observed, "warm_up"))
      if (const auto* at_rest = member(*warm_up, "at_rest"); at_rest != nullptr && *at_rest == false)
        restless[fmt::format("{}, {}, {}", trial.load, trial.scenario, evidence.title(trial.contender))]
            .insert(trial.replicate);
  std::vector<std::string> warnings;
  for (const auto& [which, replicates] : restless)
    warnings.push_back(
        fmt::format("{}: no steady state when its trials began, in {} of the replicates: more than half "
                    "of even the longest warm-up would have to be left out (MSER-5)",
                    which, replicates.size()));
  return warnings;
}

std::string of_connections(const Evidence& evidence) {
  const auto budget = connection_budget(evidence);
  if (!budget.exceeded()) return {};
  return fmt::format("the contenders' pools may open {} database connections, and the database allows {}",
                     budget.together, *budget.allowed);
}

std::string of_state(const Evidence& evidence) {
  const int there = finished_trials(evidence.run);
  const int planned = planned_trials(evidence.run);
  if (evidence.run.state == suite::RunState::interrupted)
    return fmt::format("interrupted after {} of {} trials", there, planned);
  if (evidence.run.state == suite::RunState::failed)
    return fmt::format("failed after {} of {} trials", there, planned);
  return {};
}

std::string of_profile(const Evidence& evidence) {
  const auto& profiles = evidence.suite.profiles;
  const auto profile = std::ranges::find(profiles, evidence.run.profile, &suite::Profile::name);
  if (profile == profiles.end() || profile->gives_up.empty()) return {};
  return fmt::format("profile {} gives up: {}", profile->name, profile->gives_up);
}

std::string of_limits(const Evidence& evidence) {
  const auto why = limits_refused(evidence.run);
  return why.empty() ? why : "the contenders' limits were not in force: " + why;
}

/// Of loads that offer more than this machine is made for.
std::vector<std::string> of_offers(const Evidence& evidence) {
  std::vector<std::string> warnings;
  const auto* cores = member(evidence.run.machine, "cores_allowed");
  const auto longest = number_at(evidence.run.machine, "somaxconn");
  for (const auto* load : evidence.loads()) {
    const auto threads = load->offering.threads;
    if (cores != nullptr && cores->is_array() && !cores->empty() && threads > cores->size())
      warnings.push_back(
          fmt::format("{}: {} threads of the generator on {} {}: they take turns, and response times hold "
                      "their waiting for "
                      "each other",
                      load->name, threads, cores->size(), cores->size() == 1 ? "core" : "cores"));
    int connections = 0;
    for (const auto& [scenario, parameters] : load->cells)
      connections = std::max(connections, connections_of(*load, scenario).value_or(0));
    if (longest && connections > *longest)
      warnings.push_back(
          fmt::format("{}: {} connections, and net.core.somaxconn is {:.0f}: a server's queue of connections "
                      "that it has not "
                      "accepted yet is no longer than that, whatever it asks for (as root: sysctl -w "
                      "net.core.somaxconn={})",
                      load->name, connections, *longest, std::bit_ceil(static_cast<unsigned>(connections))));
  }
  return warnings;
}

std::vector<std::string> of_gaps(const Evidence& evidence) {
  std::vector<std::string> warnings;
  for (const auto* load : evidence.loads()) {
    if (!is_fixed_work(*load)) continue;
    for (const auto& pair : evidence.pairs_of_all()) {
      const auto summary = summary_of(evidence, *load, pair);
      const std::string which = fmt::format("{}, {}", load->name, evidence.title(pair.contender));
      if (!summary)
        warnings.push_back(
            fmt::format("{}: no scenario was measured in every replicate, so there is no average", which));
      else if (summary->scenarios < summary->of)
        warnings.push_back(fmt::format("{}: the average is over {} of {} scenarios", which,
                                       summary->scenarios, summary->of));
    }
  }
  return warnings;
}

std::vector<std::string> of_unrest(const Evidence& evidence) {
  std::vector<std::string> warnings;
  for (const auto* load : evidence.loads())
    for (const auto* scenario : evidence.scenarios(*load))
      for (const auto& contender : evidence.contenders())
        if (const auto why = unsteady(evidence, *load, *scenario, contender); !why.empty())
          warnings.push_back(
              fmt::format("{}, {}, {}: {}", load->name, scenario->name, evidence.title(contender), why));
  return warnings;
}

}  // namespace

std::string limits_refused(const suite::RunRecord& run) {
  for (const auto& trial : run.trials)
    if (auto why = text_at(trial.observed, "limits_refused"); why && !why->empty()) return *why;
  return {};
}

std::vector<std::string> warnings_for(const Evidence& evidence) {
  std::vector<std::string> warnings{of_state(evidence), of_void_trials(evidence), of_replicates(evidence),
                                    of_cores(evidence), of_connections(evidence), of_profile(evidence),
                                    of_limits(evidence)};
  std::erase(warnings, "");
  for (const auto& more : {of_offers(evidence), of_gaps(evidence), of_warm_up(evidence), of_unrest(evidence)})
    warnings.insert(warnings.end(), more.begin(), more.end());
  return warnings;
}

}  // namespace shootout::judge
