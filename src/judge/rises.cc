#include "judge/rises.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "judge/offer.h"
#include "judge/wording.h"

namespace shootout::judge {
namespace {

struct Level {
  int concurrency = 0;
  ByReplicate ratios;
};

std::vector<Level> levels_of(const Evidence& evidence, const suite::Load& load, const Pair& pair) {
  std::vector<Level> levels;
  for (const auto* scenario : evidence.scenarios(load)) {
    const auto offer = offer_of(load, *scenario);
    auto ratios = evidence.improvement(load.name, scenario->name, pair, load.decides);
    if (offer && !ratios.empty()) levels.push_back({offer->concurrency(), std::move(ratios)});
  }
  std::ranges::sort(levels, {}, &Level::concurrency);
  return levels;
}

/// The improvement at `to` over that at `from`, in the replicates that have both.
ByReplicate step(const Level& from, const Level& to) {
  ByReplicate changes;
  for (const auto& [replicate, ratio] : to.ratios)
    if (const auto before = from.ratios.find(replicate); before != from.ratios.end())
      changes[replicate] = ratio / before->second;
  return changes;
}

}  // namespace

Finding find_rise(const Evidence& evidence, const suite::Load& load, const Pair& pair) {
  Finding finding;
  const auto levels = levels_of(evidence, load, pair);
  if (levels.size() < 2) {
    finding.text = "fewer than two scenarios were measured";
    return finding;
  }
  bool every_step_rises = true, every_replicate_rises = true;
  std::vector<std::string> improvements, falls;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    improvements.push_back(
        fmt::format("{}x at {}", digits(ratio_over(levels[i].ratios).value), levels[i].concurrency));
    if (i == 0) continue;
    const auto changes = step(levels[i - 1], levels[i]);
    for (const auto& [replicate, change] : changes) every_replicate_rises &= change > 1;
    if (changes.size() < 2) {
      every_step_rises = every_replicate_rises = false;
      continue;
    }
    const auto change = ratio_over(changes);
    every_step_rises &= *change.low > 1;
    if (*change.high < 1)
      falls.push_back(fmt::format("from {} to {}", levels[i - 1].concurrency, levels[i].concurrency));
  }
  finding.text = fmt::format("{}", fmt::join(improvements, ", "));
  if (!falls.empty()) {
    finding.decided = Holds::did_not_hold;
    finding.text += fmt::format(": it falls {}", fmt::join(falls, " and "));
  } else if (every_step_rises || every_replicate_rises) {
    finding.decided = Holds::held;
    finding.text += every_step_rises ? ": every step rises" : ": every replicate rises at every step";
  }
  return finding;
}

}  // namespace shootout::judge
