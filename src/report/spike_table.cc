#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "report/cell_columns.h"
#include "report/cell_table.h"

namespace shootout::report {
namespace {

/// So many phases side by side are readable in 80 columns.
constexpr std::size_t kPhasesInGroup = 3;

/// "p99, 500 connections, hold".
std::string title_of(const suite::Phase& phase) {
  std::string name = phase.name.empty() ? fmt::format("{} connections", phase.connections) : phase.name;
  if (phase.role == suite::Phase::Role::hold) name += ", hold";
  if (phase.role == suite::Phase::Role::cool_down) name += ", cool down";
  return "p99, " + name;
}

CellColumn phase_column(const Cell& cell, std::size_t phase) {
  return {title_of(cell.load.phases[phase]), [&cell, phase](const Side& side) {
            if (!side.figures || !side.figures->spike || phase >= side.figures->spike->phases.size())
              return Text(kAbsent);
            const auto& p99 = side.figures->spike->phases[phase].p99_us;
            return with_count(p99 ? &*p99 : nullptr, Quantity::microseconds, cell.usual);
          }};
}

/// "8.2 % [7.1, 9.3]: 360 timeout, 180 status".
Text shed_of(const Cell& cell, const Side& side) {
  if (!side.figures || !side.figures->spike || !side.figures->spike->shed_share) return kAbsent;
  const auto& spike = *side.figures->spike;
  Text text = with_count(&*spike.shed_share, Quantity::share, cell.usual);
  std::vector<std::string> classes;
  for (const auto& [name, count] : spike.shed_by_class)
    classes.push_back(fmt::format("{:.0f} {}", count, name));
  if (!classes.empty()) text.spans.emplace_back(fmt::format(": {}", fmt::join(classes, ", ")));
  return text;
}

/// "0.42 s, 5 of 6".
Text recovery_of(const Side& side) {
  if (!side.figures || !side.figures->spike) return kAbsent;
  const auto& spike = *side.figures->spike;
  const auto count = fmt::format("{}\u00a0of\u00a0{}", spike.recovered, spike.replicates);
  if (!spike.recovery_s) return count;
  return figure({*spike.recovery_s, std::nullopt, std::nullopt, spike.recovered}, Quantity::seconds) + ", " +
         count;
}

}  // namespace

Table spike_table(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario) {
  const Cell cell =
      cell_of(subject, load, scenario, {"requests_per_second", "hold_requests_per_second", "requests"});
  std::vector<CellColumns> groups(1);
  groups[0].push_back(cell.column(rate_title(load, scenario), "requests_per_second", Quantity::per_second));
  groups[0].push_back(cell.column("In the hold", "hold_requests_per_second", Quantity::per_second));
  for (std::size_t phase = 0; phase < load.phases.size(); ++phase) {
    if (phase % kPhasesInGroup == 0) groups.emplace_back();
    groups.back().push_back(phase_column(cell, phase));
  }
  groups.push_back(
      {{"Shed", [&](const Side& side) { return shed_of(cell, side); }},
       {"Recovery (median)", recovery_of},
       {memory_title(load, cell.sides), [&](const Side& side) { return memory_of(load, side, cell.usual); }},
       cell.column("Memory kept", "memory_kept_bytes", Quantity::more_bytes)});
  return table_of(cell, std::move(groups));
}

}  // namespace shootout::report
