#include "judge/leader.h"

#include <algorithm>
#include <vector>

#include "judge/cell_figures.h"
#include "judge/steady_state.h"

namespace shootout::judge {
namespace {

struct Candidate {
  std::string name;
  stats::Estimate figure;
  bool at_rest = true;
};

std::vector<Candidate> candidates_in(const Evidence& evidence, const suite::Load& load,
                                     const suite::Scenario& scenario) {
  std::vector<Candidate> candidates;
  for (const auto& name : evidence.contenders()) {
    const auto figures = figures_by_replicate(evidence, load, scenario, name, load.decides);
    if (figures.empty()) continue;
    candidates.push_back({name, mean_over(figures), unsteady(evidence, load, scenario, name).empty()});
  }
  return candidates;
}

}  // namespace

std::string leader_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario) {
  auto candidates = candidates_in(evidence, load, scenario);
  if (std::ranges::any_of(candidates, &Candidate::at_rest))
    std::erase_if(candidates, [](const auto& one) { return !one.at_rest; });
  // A single lucky replicate leads nobody.
  int most = 0;
  for (const auto& one : candidates) most = std::max(most, one.figure.n);
  const int enough = std::min(most, evidence.suite.gates.replicates_to_decide);
  std::erase_if(candidates, [&](const auto& one) { return one.figure.n < enough; });
  if (candidates.empty()) return {};
  const auto better = [&](const Candidate& one, const Candidate& other) {
    return more_is_better(load.decides) ? one.figure.value > other.figure.value
                                        : one.figure.value < other.figure.value;
  };
  const auto* best = &candidates.front();
  for (const auto& one : candidates)
    if (better(one, *best)) best = &one;
  return best->name;
}

}  // namespace shootout::judge
