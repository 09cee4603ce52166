// The answer of a suite without a baseline: who leads where, and what is open.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "report/format.h"
#include "report/metrics.h"
#include "report/sections.h"
#include "report/sides.h"

namespace shootout::report {
namespace {

const Side* leader_of(const std::vector<Side>& sides) {
  const auto leader =
      std::ranges::find_if(sides, [](const Side& side) { return side.figures && side.figures->leads; });
  return leader == sides.end() ? nullptr : &*leader;
}

bool may_be_first(const Side& side) {
  return side.figures && side.figures->rank && side.figures->rank->low == 1;
}

/// Those whose rank interval includes 1 beside the leader; why nobody has one.
Text tied_with(const Subject& subject, const std::vector<Side>& sides) {
  if (!any_ranked(sides)) {
    int most = 0;
    for (const auto& side : sides)
      if (side.figures)
        for (const auto& [name, estimate] : side.figures->metrics) most = std::max(most, estimate.n);
    return Text{{fmt::format("not known: {}, {} decide", counted(most, "replicate"),
                             subject.suite.gates.replicates_to_decide),
                 Tone::caution}};
  }
  std::vector<std::string> names;
  for (const auto& side : sides)
    if (may_be_first(side) && !side.figures->leads) names.push_back(subject.title(side.contender));
  return names.empty() ? Text("nobody") : Text(fmt::format("{}", fmt::join(names, ", ")));
}

void add_leaders(const Subject& subject, const suite::Load& load, Document& document) {
  Table table;
  table.columns = {{"Scenario"}, {"Leads"}, {capitalised(metric_title(load.decides))}, {"May be as good"}};
  for (const auto* scenario : subject.scenarios(load)) {
    const auto sides = sides_of(subject, load, *scenario);
    std::vector<Text> row{subject.scenario_title(scenario->name)};
    if (const auto* leader = leader_of(sides)) {
      row.push_back(Text{{subject.title(leader->contender), Tone::strong}});
      row.push_back(with_count(estimate_of(load, *leader, load.decides), quantity_of(load.decides),
                               usual_count(load, sides, {load.decides})));
      row.push_back(tied_with(subject, sides));
    } else {
      row.emplace_back("nobody: no trial counts");
    }
    table.rows.push_back(std::move(row));
  }
  document.push_back(Paragraph{Text{{capitalised(load.title), Tone::strong}, {": " + load.question}}});
  document.push_back(std::move(table));
}

/// Whether a pair of the cell is undecided, and not for being as near as was asked for: such a one is a tie.
bool is_open(const Subject& subject, const judge::CellProgress& cell) {
  const auto* load = [&]() -> const suite::Load* {
    for (const auto& one : subject.suite.loads)
      if (one.name == cell.load) return &one;
    return nullptr;
  }();
  if (load == nullptr || cell.precise || cell.half_width <= cell.wanted) return false;
  const auto verdicts = subject.verdicts(cell.load, cell.scenario, load->decides);
  return std::ranges::any_of(verdicts,
                             [](const auto* verdict) { return verdict->word == judge::Word::inconclusive; });
}

std::string place_of(const Subject& subject, const judge::CellProgress& cell) {
  return fmt::format("{} {}", cell.load, subject.scenario_title(cell.scenario));
}

/// "Intervals reach from +-2.1 % (steady /ping) to +-9 % (spike /json) of their ratios."
std::string reach_of(const Subject& subject) {
  std::vector<const judge::CellProgress*> known;
  for (const auto& cell : subject.judgement.progress)
    if (std::isfinite(cell.half_width)) known.push_back(&cell);
  if (known.empty()) return "No pair has an interval yet.";
  const auto width = [](const judge::CellProgress* cell) { return cell->half_width; };
  const auto* narrow = *std::ranges::min_element(known, {}, width);
  const auto* wide = *std::ranges::max_element(known, {}, width);
  const auto words = [&](const judge::CellProgress& cell) {
    return fmt::format("+-{:.2g}\u00a0% ({})", 100 * cell.half_width, place_of(subject, cell));
  };
  return known.size() == 1
             ? fmt::format("The widest pair's interval is {} of its ratio.", words(*narrow))
             : fmt::format("The widest pair's interval of a cell is between {} and {} of its ratio.",
                           words(*narrow), words(*wide));
}

}  // namespace

void add_leaders(const Subject& subject, Document& document) {
  for (const auto* load : subject.loads()) add_leaders(subject, *load, document);
  document.push_back(Paragraph{
      "Who leads has the best mean; as good may be those whose rank interval includes 1. There is no "
      "total score: what a request of one scenario is worth in another is for the reader to say."});
}

void add_open(const Subject& subject, List& list) {
  const auto& progress = subject.judgement.progress;
  if (progress.empty()) return;
  list.items.emplace_back(reach_of(subject));
  std::vector<std::string> open;
  double more_s = 0;
  bool all_told = true;
  for (const auto& cell : progress) {
    if (!is_open(subject, cell)) continue;
    open.push_back(place_of(subject, cell));
    more_s += cell.more_s.value_or(0);
    all_told = all_told && cell.more_s.has_value();
  }
  if (open.empty()) {
    list.items.emplace_back(fmt::format(
        "Nothing is open: every contender is decided against the leader of its cell, or a tie with it "
        "within +-{:.3g}\u00a0%.",
        100 * progress.front().wanted));
    return;
  }
  Text text{{"Open", Tone::caution},
            {fmt::format(" in {} of {}: {}. ", open.size(),
                         counted(static_cast<long>(progress.size()), "cell"), fmt::join(open, ", "))}};
  const double wanted = progress.front().wanted;
  if (wanted > 0)
    text.spans.emplace_back(
        all_told ? fmt::format("To bring their pairs to +-{:.3g}\u00a0% would take about {} more.",
                               100 * wanted, duration_text(more_s))
                 : fmt::format("How long +-{:.3g}\u00a0% would take cannot be told yet.", 100 * wanted));
  list.items.push_back(std::move(text));
}

}  // namespace shootout::report
