#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "report/format.h"
#include "report/metrics.h"
#include "report/scenario_table.h"
#include "report/sections.h"
#include "report/sides.h"

namespace shootout::report {
namespace {

std::string pair_of(const Subject& subject, const std::string& contender, const std::string& baseline) {
  return fmt::format("{} against {}", subject.title(contender), subject.title(baseline));
}

std::string percent(double share) {
  return fmt::format("{:.3g}\u00a0%", 100 * share);
}

/// What the verdict was held against, and what stands beside it.
std::string basis_of(const judge::Verdict& verdict) {
  std::vector<std::string> parts{"margin " + percent(verdict.margin - 1)};
  if (verdict.detectable)
    parts.push_back(fmt::format("a true difference of {} would have been found 4 times in 5",
                                fmt::format("{:.2g}\u00a0%", 100 * (*verdict.detectable - 1))));
  if (verdict.robust) parts.push_back("Hodges-Lehmann " + figure(*verdict.robust, Quantity::ratio));
  if (!verdict.decided_by.empty()) parts.push_back("decided by " + verdict.decided_by);
  return capitalised(fmt::format("{}.", fmt::join(parts, "; ")));
}

void add_verdict(const Subject& subject, const judge::Verdict& verdict, bool name_pair, Document& document) {
  Text text{{"Verdict", Tone::strong}};
  if (name_pair) text.spans.emplace_back(", " + pair_of(subject, verdict.contender, verdict.baseline));
  text.spans.emplace_back(": ");
  text.spans.emplace_back(std::string(judge::name(verdict.word)), tone_of(verdict.word));
  text.spans.emplace_back(", " + ratio_with_count(verdict.ratio));
  const bool interval = verdict.ratio.low && verdict.ratio.high;
  constexpr double kUsual = 0.95, kRounding = 1e-6;
  if (interval && std::abs(verdict.confidence - kUsual) > kRounding)
    text.spans.emplace_back(fmt::format(", interval at {}", percent(verdict.confidence)));
  if (!verdict.says.empty()) text.spans.emplace_back(" - " + verdict.says);
  if (interval && !verdict.note.empty()) text.spans.emplace_back(". " + capitalised(verdict.note) + ".");
  document.push_back(Paragraph{std::move(text)});
  if (interval) document.push_back(Paragraph{basis_of(verdict)});
  if (!verdict.cause.empty()) {
    document.push_back(Paragraph{Text{{"What limits it:", Tone::strong}, {" " + verdict.cause}}});
  }
  if (!verdict.differs.empty()) {
    document.push_back(Paragraph{Text{{"What differs beside the names:", Tone::caution},
                                      {fmt::format(" {}.", fmt::join(verdict.differs, "; "))}}});
  }
}

/// "98.2", or "96.5 to 99.7".
std::string confidences_of(const std::vector<const judge::Verdict*>& verdicts) {
  const auto [low, high] = std::ranges::minmax(verdicts, {}, &judge::Verdict::confidence);
  const auto least = percent(low->confidence), most = percent(high->confidence);
  return least == most ? least : fmt::format("{} to {}", least, most);
}

/// What the table's standings leave out: on what they rest, and why some say nothing.
void add_standings(const Subject& subject, const std::vector<const judge::Verdict*>& verdicts,
                   Document& document) {
  if (verdicts.empty()) return;
  if (verdicts.front()->ratio.low)
    document.push_back(Paragraph{
        fmt::format("Against {}: margin {}, intervals at {} (all pairs of the cell share the error rate).",
                    subject.title(verdicts.front()->baseline), percent(verdicts.front()->margin - 1),
                    confidences_of(verdicts))});
  List list;
  for (const auto* verdict : verdicts) {
    std::vector<std::string> parts;
    if (!verdict->note.empty()) parts.push_back(verdict->note);
    if (verdict->decided_by.find("contradicts") != std::string::npos) parts.push_back(verdict->decided_by);
    if (parts.empty()) continue;
    list.items.push_back(Text{{subject.title(verdict->contender) + ": "},
                              {std::string(judge::name(verdict->word)), tone_of(verdict->word)},
                              {fmt::format("; {}.", fmt::join(parts, "; "))}});
  }
  if (!list.items.empty()) document.push_back(std::move(list));
}

/// What limits each, where the figures tell.
void add_all_limits(const std::vector<Side>& sides, const Subject& subject, Document& document) {
  List list;
  for (const auto& side : sides)
    if (side.figures && !side.figures->limit.empty())
      list.items.emplace_back(fmt::format("{}: {}.", subject.title(side.contender), side.figures->limit));
  if (list.items.empty()) return;
  document.push_back(Paragraph{Text{{"What limits each", Tone::strong}}});
  document.push_back(std::move(list));
}

void add_limits(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                Document& document) {
  for (const auto& contender : subject.contenders()) {
    const auto* figures = subject.figures(load.name, scenario.name, contender);
    if (!figures || figures->limit.empty()) continue;
    document.push_back(Paragraph{
        Text{{"What limits " + subject.title(contender) + ":", Tone::strong}, {" " + figures->limit}}});
  }
}

void add_scenario(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                  Document& document) {
  const auto place = std::ranges::find(subject.suite.scenarios, scenario.name, &suite::Scenario::name);
  const std::string cell = Subject::describe_cell(load, scenario.name);
  document.push_back(
      Heading{3, fmt::format("Scenario {}: {}{}", place - subject.suite.scenarios.begin() + 1,
                             subject.scenario_title(scenario.name), cell.empty() ? "" : " (" + cell + ")")});
  for (auto& table : scenario_tables(subject, load, scenario)) document.push_back(std::move(table));
  for (auto& note : scenario_notes(subject, load, scenario)) document.push_back(Paragraph{std::move(note)});

  const auto verdicts = subject.verdicts(load.name, scenario.name, load.decides);
  if (const auto sides = sides_of(subject, load, scenario); has_leader(sides)) {
    add_standings(subject, verdicts, document);
    add_all_limits(sides, subject, document);
    return;
  }
  if (verdicts.empty()) {
    document.push_back(
        Paragraph{Text{{"Verdict", Tone::strong}, {": none, for want of a pair of valid trials."}}});
  }
  bool caused = false;
  for (const auto* verdict : verdicts) {
    add_verdict(subject, *verdict, verdicts.size() > 1, document);
    caused = caused || !verdict->cause.empty();
  }
  if (!caused) add_limits(subject, load, scenario, document);
}

/// Average, maximum, minimum of a pair, and what the suite's rules make of them.
void add_summary(const Subject& subject, const judge::LoadSummary& summary, Document& document) {
  document.push_back(Heading{3, "Speed-up: " + pair_of(subject, summary.contender, summary.baseline)});
  const auto place = [&](const std::string& scenario) { return Text(subject.scenario_title(scenario)); };
  Table table;
  table.columns = {{"Speed-up"}, {"Ratio"}, {"Scenarios"}};
  table.rows = {
      {"Average", ratio_with_count(summary.average),
       fmt::format("{} of {}, arithmetic", summary.scenarios, summary.of)},
      {"Maximum", ratio_with_count(summary.maximum), place(summary.maximum_scenario)},
      {"Minimum", ratio_with_count(summary.minimum), place(summary.minimum_scenario)},
  };
  document.push_back(std::move(table));
  if (!summary.matrix_row.empty()) {
    document.push_back(Paragraph{Text{{"Decision matrix:", Tone::strong}, {" " + summary.matrix_row}}});
  }
  if (!summary.recommendation.empty()) {
    document.push_back(Paragraph{Text{{"Recommendation:", Tone::strong}, {" " + summary.recommendation}}});
  }
}

/// "10, 100, 500 connections; 500 held for 2 s; 10 to cool down for 2 s."
std::string phases_of(const suite::Load& load) {
  std::vector<std::string> steps, others;
  for (const auto& phase : load.phases) {
    switch (phase.role) {
      case suite::Phase::Role::ramp:
        steps.push_back(fmt::format("{} for {:g} s", phase.connections, phase.seconds));
        break;
      case suite::Phase::Role::hold:
        others.push_back(fmt::format("{} held for {:g} s", phase.connections, phase.seconds));
        break;
      case suite::Phase::Role::cool_down:
        others.push_back(fmt::format("{} to cool down for {:g} s", phase.connections, phase.seconds));
        break;
    }
  }
  return fmt::format("Connections: {}{}{}.", fmt::join(steps, ", "),
                     steps.empty() || others.empty() ? "" : "; ", fmt::join(others, "; "));
}

std::optional<std::string> unmeasured(const Subject& subject, const suite::Load& load) {
  const auto measured = subject.scenarios(load);
  std::string names;
  for (const auto& scenario : subject.suite.scenarios) {
    if (!load.cells.contains(scenario.name)) continue;
    const bool done =
        std::ranges::any_of(measured, [&](const auto* one) { return one->name == scenario.name; });
    if (!done) names += (names.empty() ? "" : ", ") + subject.scenario_title(scenario.name);
  }
  if (names.empty()) return std::nullopt;
  return "Scenarios not measured in this run: " + names + ".";
}

}  // namespace

void add_load(const Subject& subject, const suite::Load& load, Document& document) {
  document.push_back(Heading{2, capitalised(load.title)});
  document.push_back(Paragraph{Text{{"The question: " + load.question}}});
  if (!load.phases.empty())
    document.push_back(
        Paragraph{phases_of(load) +
                  " Recovery: from the end of the highest level until p99 stays within 10 % of what "
                  "it was at the first one. Shed: requests that got no good answer, by class. Memory "
                  "kept: what it holds at the end more than at the start."});
  if ((load.window && load.rate.empty()) || !load.phases.empty()) {
    document.push_back(Paragraph{
        "In this load each contender sets its own rate, so response times are measured at different "
        "rates: they tell how long an answer took, not whose is faster at the same rate."});
  }
  if (auto missing = unmeasured(subject, load)) document.push_back(Paragraph{std::move(*missing)});
  if (load.statistics == suite::Statistics::wrk)
    document.push_back(Paragraph{
        "Requests that fail on their connection (connect, read, reset, closed, write, timeout) are a "
        "finding of this load: they void no trial. Wrong answers do."});
  for (const auto* scenario : subject.scenarios(load)) {
    add_scenario(subject, load, *scenario, document);
    if (load.statistics == suite::Statistics::wrk) add_wrk_statistics(subject, load, *scenario, document);
  }
  for (const auto* summary : subject.summaries(load.name)) add_summary(subject, *summary, document);
}

}  // namespace shootout::report
