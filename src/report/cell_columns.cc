#include "report/cell_columns.h"

#include <algorithm>
#include <utility>

namespace shootout::report {

bool Cell::knows(std::string_view metric) const {
  return std::ranges::any_of(sides,
                             [&](const auto& side) { return estimate_of(load, side, metric) != nullptr; });
}

double Cell::most(std::string_view metric) const {
  double most = 0;
  for (const auto& side : sides)
    if (const auto* estimate = estimate_of(load, side, metric)) most = std::max(most, estimate->value);
  return most;
}

CellColumn Cell::column(std::string title, std::string metric, Quantity quantity) const {
  return {std::move(title), [this, metric = std::move(metric), quantity](const Side& side) {
            return with_count(estimate_of(load, side, metric), quantity, usual);
          }};
}

Cell cell_of(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
             const std::vector<std::string_view>& metrics) {
  auto sides = sides_of(subject, load, scenario);
  const int usual = usual_count(load, sides, metrics);
  return {subject, load, scenario, std::move(sides), usual};
}

std::string rate_title(const suite::Load& load, const suite::Scenario& scenario) {
  if (scenario.request.message) return "Round trips/s";
  return capitalised(load.counts.empty() ? "requests" : load.counts) + "/s";
}

Table table_of(const Cell& cell, std::vector<CellColumns> groups) {
  auto& first = groups.front();
  if (any_ranked(cell.sides)) first.insert(first.begin(), {"Rank", rank_of});
  if (cell.sides.size() > 1)
    first.push_back({has_leader(cell.sides) ? "Against the leader" : "Improvement", [&](const Side& side) {
                       return standing_of(cell.subject, cell.load, cell.scenario, side, cell.usual);
                     }});
  return plain_table_of(cell, groups);
}

Table plain_table_of(const Cell& cell, const std::vector<CellColumns>& groups) {
  Table table;
  table.columns.push_back({titled("Contender", cell.usual)});
  for (const auto& group : groups) {
    if (group.empty()) continue;
    if (table.columns.size() > 1) table.breaks.push_back(table.columns.size());
    for (const auto& column : group) table.columns.push_back({column.title});
  }
  for (const auto& side : cell.sides) {
    std::vector<Text> row{cell.subject.title(side.contender)};
    if (auto absence = absence_of(side); !absence.empty()) {
      row.emplace_back(std::move(absence));
    } else {
      for (const auto& group : groups)
        for (const auto& column : group) row.push_back(column.text(side));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace shootout::report
