#include "judge/fail_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <set>

#include "base/text.h"
#include "judge/wording.h"
#include "stats/comparison.h"

namespace shootout::judge {
namespace {

/// One contender under one load in one scenario.
struct Place {
  const suite::Load* load;
  std::string scenario, contender;
};

/// The recorded metric that a condition's word means under this load; empty where it means nothing there: a
/// steady load's duration is its window, an open loop's throughput its plan.
std::string recorded_metric(const std::string& word, const suite::Load& load) {
  const bool fixed_work = is_fixed_work(load);
  if (word == "cpu") return "cpu_us_per_request";
  if (word == "memory") return "pss_bytes";
  if (word == "duration") return fixed_work ? "duration_s" : "";
  if (word == "throughput") return fixed_work ? "duration_s" : load.rate.empty() ? "requests_per_second" : "";
  return "latency_" + word + "_us";
}

/// A condition's change, and what it comes to in each cell.
class ChangeInCells {
 public:
  ChangeInCells(const Change& change, const RunComparison& comparison, const std::vector<Place>& places)
      : change_(change) {
    for (const auto& place : places) {
      if (!change.contender.empty() && place.contender != change.contender) continue;
      const auto* found = find(comparison, place);
      if (found) cells_.push_back({found, {}});
    }
    // All cells are asked at once: that one of them seems to lie beyond the bound by chance must stay
    // unlikely.
    std::vector<Cell*> tested;
    std::vector<double> p_values;
    for (auto& cell : cells_) {
      if (!cell.change->may_decide) continue;
      tested.push_back(&cell);
      p_values.push_back(cell.change->samples.p_value(change.bound()));
    }
    const auto levels = stats::holm_levels(p_values, comparison.error_rate);
    for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->confidence = 1 - levels[i];
  }

  [[nodiscard]] bool means_something(const suite::Load& load) const {
    return !recorded_metric(change_.metric, load).empty();
  }

  [[nodiscard]] ChangeFound in(const Place& place) const {
    const std::string& contender = change_.contender.empty() ? place.contender : change_.contender;
    const auto where =
        fmt::format("{} of {}, {} {}", change_.metric, contender, place.load->name, place.scenario);
    const auto metric = recorded_metric(change_.metric, *place.load);
    const auto cell = std::ranges::find_if(cells_, [&](const Cell& one) {
      return one.change->load == place.load->name && one.change->scenario == place.scenario &&
             one.change->contender == contender && one.change->metric == metric;
    });
    if (cell == cells_.end()) return {.holds = {}, .part = where + ": not taken in both runs"};
    if (!cell->change->may_decide)
      return {
          .holds = {},
          .part = fmt::format("{}: {} ({})", where, figure(cell->change->ratio, "x"), cell->change->note)};
    const auto ratio = cell->change->samples.ratio(cell->confidence);
    ChangeFound found{.holds = {}, .part = fmt::format("{}: {}", where, figure(ratio, "x"))};
    const double bound = change_.bound();
    if (*ratio.high < bound) found.holds = change_.worse;
    if (*ratio.low > bound) found.holds = !change_.worse;
    return found;
  }

 private:
  struct Cell {
    const CellChange* change;
    double confidence = 0.95;
  };

  [[nodiscard]] const CellChange* find(const RunComparison& comparison, const Place& place) const {
    const auto metric = recorded_metric(change_.metric, *place.load);
    const auto found = std::ranges::find_if(comparison.changes, [&](const CellChange& one) {
      return one.load == place.load->name && one.scenario == place.scenario &&
             one.contender == place.contender && one.metric == metric;
    });
    return found == comparison.changes.end() ? nullptr : &*found;
  }

  const Change& change_;
  std::vector<Cell> cells_;
};

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Those that both runs measured.
std::vector<Place> places_of(const Evidence& before, const Evidence& after) {
  std::vector<Place> places;
  for (const auto* load : after.loads()) {
    for (const auto* scenario : after.scenarios(*load)) {
      for (const auto& contender : after.contenders()) {
        if (!before.trials(load->name, scenario->name, contender).empty() &&
            !after.trials(load->name, scenario->name, contender).empty())
          places.push_back({load, scenario->name, contender});
      }
    }
  }
  return places;
}

Result<void> check_contenders(const Condition& condition, const Evidence& before, const Evidence& after) {
  std::vector<std::string> names = after.contenders();
  for (const auto& name : before.contenders())
    if (!is_among(names, name)) names.push_back(name);
  for (const auto& change : condition.changes()) {
    if (!change.contender.empty() && !is_among(names, change.contender))
      return fail(ExitCode::usage, unknown_name("contender", change.contender, names));
  }
  return {};
}

}  // namespace

Result<ConditionVerdict> verdict_on(const Condition& condition, const RunComparison& comparison,
                                    const Evidence& before, const Evidence& after) {
  if (auto known = check_contenders(condition, before, after); !known) return std::unexpected(known.error());
  const auto places = places_of(before, after);
  std::vector<ChangeInCells> changes;
  for (const auto& change : condition.changes()) changes.emplace_back(change, comparison, places);
  // Where every change names its contender, whose cell it is makes no difference.
  const bool names_all =
      std::ranges::none_of(condition.changes(), [](const Change& one) { return one.contender.empty(); });

  std::vector<std::string> holding, open;
  std::set<std::pair<std::string, std::string>> judged;
  for (const auto& place : places) {
    if (std::ranges::none_of(changes, [&](const auto& one) { return one.means_something(*place.load); }))
      continue;
    if (!judged.insert({place.load->name, place.scenario}).second && names_all) continue;
    auto outcome = condition.evaluate_changes([&](std::size_t i) { return changes[i].in(place); });
    if (outcome.holds == false) continue;
    auto& parts = outcome.holds ? holding : open;
    for (auto& part : outcome.parts)
      if (!is_among(parts, part)) parts.push_back(std::move(part));
  }
  if (judged.empty()) open.emplace_back("no load that both runs measured has such figures");
  if (!holding.empty()) return ConditionVerdict{Holds::held, std::move(holding)};
  if (!open.empty()) return ConditionVerdict{Holds::could_not_tell, std::move(open)};
  return ConditionVerdict{Holds::did_not_hold, {}};
}

}  // namespace shootout::judge
