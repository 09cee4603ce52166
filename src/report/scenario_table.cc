#include "report/scenario_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/format.h"
#include "report/metrics.h"

namespace shootout::report {
namespace {

const stats::Estimate* estimate_of(const judge::CellFigures* figures, std::string_view metric) {
  if (!figures) return nullptr;
  const auto requests = figures->metrics.find("requests");
  if (!enough_samples(metric, requests == figures->metrics.end() ? 0 : requests->second.value))
    return nullptr;
  const auto found = figures->metrics.find(std::string(metric));
  return found == figures->metrics.end() ? nullptr : &found->second;
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
int usual_count(const std::vector<Side>& sides) {
  std::map<int, int> votes;
  for (const auto& side : sides) {
    for (const auto& shown : kShownMetrics) {
      if (const auto* estimate = estimate_of(side.figures, shown.name)) ++votes[estimate->n];
    }
  }
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? 0 : most->first;
}

struct Row {
  const ShownMetric* metric;
  std::string title;
};

/// The rows that somebody has a figure for, and those that are always there.
std::vector<Row> rows_of(const suite::Load& load, const std::vector<Side>& sides) {
  std::vector<Row> rows;
  for (const auto& shown : kShownMetrics) {
    const bool any = std::ranges::any_of(
        sides, [&](const auto& side) { return estimate_of(side.figures, shown.name) != nullptr; });
    if (!any && !shown.always) continue;
    const std::string counts = load.counts.empty() ? "requests" : load.counts;
    rows.push_back({&shown, shown.title.empty() ? capitalised(counts) + "/s" : std::string(shown.title)});
  }
  return rows;
}

Text cell_of(const Side& side, const Row& row, int usual) {
  const auto* estimate = estimate_of(side.figures, row.metric->name);
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

}  // namespace

Table scenario_table(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario) {
  const auto sides = sides_of(subject, load, scenario);
  const int usual = usual_count(sides);
  const auto rows = rows_of(load, sides);
  Table table;
  if (sides.size() == 2) {
    table.columns = {{titled("Metric", usual)},
                     {subject.title(sides[0].contender)},
                     {subject.title(sides[1].contender)},
                     {"Improvement"}};
    for (const auto& row : rows) {
      table.rows.push_back(
          {row.title, cell_of(sides[0], row, usual), cell_of(sides[1], row, usual),
           improvement_of(subject, load, scenario, row.metric->name, sides[1].contender, usual)});
    }
    return table;
  }
  table.columns.push_back({titled("Contender", usual)});
  for (const auto& row : rows) table.columns.push_back({row.title});
  if (sides.size() > 1) table.columns.push_back({"Improvement"});
  for (const auto& side : sides) {
    std::vector<Text> cells{subject.title(side.contender)};
    for (const auto& row : rows) cells.push_back(cell_of(side, row, usual));
    if (sides.size() > 1) {
      cells.push_back(improvement_of(subject, load, scenario, kDecidingMetric, side.contender, usual));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
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
  return notes;
}

}  // namespace shootout::report
