#include "report/scenario_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/format.h"
#include "report/metrics.h"

namespace shootout::report {
namespace {

using Metrics = std::vector<const ShownMetric*>;

const stats::Estimate* estimate_of(const suite::Load& load, const judge::CellFigures* figures,
                                   std::string_view metric) {
  if (!figures) return nullptr;
  const auto requests = figures->metrics.find("requests");
  // Of a steady load the judge has looked at the merged samples.
  if (!load.window &&
      !enough_samples(metric, requests == figures->metrics.end() ? 0 : requests->second.value))
    return nullptr;
  const auto found = figures->metrics.find(std::string(metric));
  return found == figures->metrics.end() ? nullptr : &found->second;
}

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

/// The figures of one cell of the suite by contender, null where there are none.
struct Side {
  std::string contender;
  const judge::CellFigures* figures;
};

std::vector<Side> sides_of(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario) {
  std::vector<Side> sides;
  for (const auto& contender : subject.contenders()) {
    sides.push_back({contender, subject.figures(load.name, scenario.name, contender)});
  }
  return sides;
}

/// The count of replicates behind most of the figures; others say theirs.
int usual_count(const suite::Load& load, const std::vector<Side>& sides) {
  std::map<int, int> votes;
  for (const auto& side : sides)
    for (const auto& group : groups_of(load))
      for (const auto* shown : group)
        if (const auto* estimate = estimate_of(load, side.figures, shown->name)) ++votes[estimate->n];
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? 0 : most->first;
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
        sides, [&](const auto& side) { return estimate_of(load, side.figures, shown.name) != nullptr; });
    if (!any && !shown.always) continue;
    const std::string counts = load.counts.empty() ? "requests" : load.counts;
    rows.push_back({metric, shown.title.empty() ? capitalised(counts) + "/s" : std::string(shown.title)});
  }
  return rows;
}

Text cell_of(const suite::Load& load, const Side& side, const Row& row, int usual) {
  const auto* estimate = estimate_of(load, side.figures, row.metric->name);
  if (!estimate) return kAbsent;
  std::string text = figure(*estimate, row.metric->quantity);
  if (estimate->n != usual) text += fmt::format(" (n\u00a0=\u00a0{})", estimate->n);
  return text;
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

/// The first column says how many replicates the figures rest on.
std::string titled(std::string_view title, int usual) {
  return usual == 0 ? std::string(title) : fmt::format("{} (n\u00a0=\u00a0{})", title, usual);
}

/// "1", or "1 to 2" of those that could not be told apart.
Text rank_of(const Side& side) {
  if (!side.figures || !side.figures->rank) return kAbsent;
  const auto& rank = *side.figures->rank;
  return rank.low == rank.high ? fmt::format("{}", rank.low) : fmt::format("{} to {}", rank.low, rank.high);
}

/// Contenders in rows.
Table table_of_many(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                    const std::vector<Side>& sides, const std::vector<Row>& rows, bool decides) {
  const int usual = usual_count(load, sides);
  const bool ranked = decides && std::ranges::any_of(sides, [](const auto& side) {
                        return side.figures && side.figures->rank;
                      });
  Table table;
  table.columns.push_back({titled("Contender", usual)});
  if (ranked) table.columns.push_back({"Rank"});
  for (const auto& row : rows) table.columns.push_back({row.title});
  const bool compared = decides && sides.size() > 1;
  if (compared) table.columns.push_back({"Improvement"});
  for (const auto& side : sides) {
    std::vector<Text> cells{subject.title(side.contender)};
    if (ranked) cells.push_back(rank_of(side));
    for (const auto& row : rows) cells.push_back(cell_of(load, side, row, usual));
    if (compared)
      cells.push_back(improvement_of(subject, load, scenario, load.decides, side.contender, usual));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

std::vector<Table> scenario_tables(const Subject& subject, const suite::Load& load,
                                   const suite::Scenario& scenario) {
  const auto sides = sides_of(subject, load, scenario);
  const auto groups = groups_of(load);
  if (sides.size() != 2) {
    std::vector<Table> tables;
    for (const auto& group : groups)
      tables.push_back(
          table_of_many(subject, load, scenario, sides, rows_of(load, group, sides), tables.empty()));
    return tables;
  }
  const int usual = usual_count(load, sides);
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
  return notes;
}

}  // namespace shootout::report
