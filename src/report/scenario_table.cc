#include "report/scenario_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "report/cell_table.h"
#include "report/format.h"
#include "report/metrics.h"
#include "report/sides.h"

namespace shootout::report {
namespace {

using Metrics = std::vector<const ShownMetric*>;

Metrics metrics_of(const auto& shown) {
  Metrics metrics;
  for (const auto& one : shown) metrics.push_back(&one);
  return metrics;
}

/// The groups that belong in one table, the deciding one first.
std::vector<Metrics> groups_of(const suite::Load& load) {
  if (!load.window) return {metrics_of(kShownMetrics)};
  std::vector<Metrics> groups{metrics_of(kShownRates), metrics_of(kShownLatencies)};
  if (load.decides.starts_with("latency")) std::ranges::reverse(groups);
  return groups;
}

std::vector<std::string_view> names_of(const std::vector<Metrics>& groups) {
  std::vector<std::string_view> names;
  for (const auto& group : groups)
    for (const auto* shown : group) names.push_back(shown->name);
  return names;
}

struct Row {
  const ShownMetric* metric;
  std::string title;
};

/// The rows that somebody has a figure for, and those that are always there.
std::vector<Row> rows_of(const suite::Load& load, const Metrics& metrics, const std::vector<Side>& sides) {
  std::vector<Row> rows;
  for (const auto* metric : metrics) {
    const auto& shown = *metric;
    const bool any = std::ranges::any_of(
        sides, [&](const auto& side) { return estimate_of(load, side, shown.name) != nullptr; });
    if (!any && !shown.always) continue;
    const std::string counts = load.counts.empty() ? "requests" : load.counts;
    rows.push_back({metric, shown.title.empty() ? capitalised(counts) + "/s" : std::string(shown.title)});
  }
  return rows;
}

Text cell_of(const suite::Load& load, const Side& side, const Row& row, int usual) {
  return with_count(estimate_of(load, side, row.metric->name), row.metric->quantity, usual);
}

Text improvement_of(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                    std::string_view metric, const std::string& contender, int usual) {
  for (const auto* verdict : subject.verdicts(load.name, scenario.name, metric)) {
    if (verdict->contender != contender) continue;
    std::string text = figure(verdict->ratio, Quantity::ratio);
    if (verdict->ratio.n != usual) text += fmt::format(" (n\u00a0=\u00a0{})", verdict->ratio.n);
    return text;
  }
  return kAbsent;
}

/// Fixed work, contenders in rows.
Table table_of_many(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                    const std::vector<Side>& sides, const std::vector<Row>& rows, int usual) {
  const bool ranked = any_ranked(sides);
  Table table;
  table.columns.push_back({titled("Contender", usual)});
  if (ranked) table.columns.push_back({"Rank"});
  for (const auto& row : rows) table.columns.push_back({row.title});
  const bool compared = sides.size() > 1;
  if (compared) table.columns.push_back({has_leader(sides) ? "Against the leader" : "Improvement"});
  for (const auto& side : sides) {
    std::vector<Text> cells{subject.title(side.contender)};
    if (ranked) cells.push_back(rank_of(side));
    for (const auto& row : rows) cells.push_back(cell_of(load, side, row, usual));
    if (compared) cells.push_back(standing_of(subject, load, scenario, side, usual));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

std::vector<Table> scenario_tables(const Subject& subject, const suite::Load& load,
                                   const suite::Scenario& scenario) {
  if (!load.phases.empty()) return {spike_table(subject, load, scenario)};
  const auto sides = sides_of(subject, load, scenario);
  const bool in_rows = sides.size() != 2 || has_leader(sides);
  if (load.window && in_rows) return {steady_table(subject, load, scenario)};
  const auto groups = groups_of(load);
  const int usual = usual_count(load, sides, names_of(groups));
  if (in_rows)
    return {table_of_many(subject, load, scenario, sides, rows_of(load, groups.front(), sides), usual)};
  Table table;
  table.columns = {{titled("Metric", usual)},
                   {subject.title(sides[0].contender)},
                   {subject.title(sides[1].contender)},
                   {"Improvement"}};
  for (const auto& group : groups)
    for (const auto& row : rows_of(load, group, sides))
      table.rows.push_back(
          {row.title, cell_of(load, sides[0], row, usual), cell_of(load, sides[1], row, usual),
           improvement_of(subject, load, scenario, row.metric->name, sides[1].contender, usual)});
  return {std::move(table)};
}

std::vector<Text> scenario_notes(const Subject& subject, const suite::Load& load,
                                 const suite::Scenario& scenario) {
  const auto sides = sides_of(subject, load, scenario);
  std::vector<Text> notes;
  for (const auto& side : sides) {
    if (!side.figures || side.figures->valid == side.figures->trials) continue;
    notes.push_back(Text{{fmt::format("{}: {} of {} count", subject.title(side.contender),
                                      side.figures->valid, counted(side.figures->trials, "trial")),
                          Tone::caution},
                         {"; see \"Void trials\"."}});
  }
  for (const auto& side : sides) {
    if (!side.figures || side.figures->unsteady.empty()) continue;
    notes.push_back(Text{{subject.title(side.contender) + ": " + side.figures->unsteady, Tone::caution},
                         {". Its figures are shown and not ranked."}});
  }
  for (const auto& side : sides)
    if (side.figures && !side.figures->note.empty())
      notes.emplace_back(fmt::format("{}: {}.", subject.title(side.contender), side.figures->note));
  return notes;
}

}  // namespace shootout::report
