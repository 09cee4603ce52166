#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/format.h"
#include "report/metrics.h"
#include "report/scenario_table.h"
#include "report/sections.h"

namespace shootout::report {
namespace {

Tone tone_of(judge::Word word) {
  switch (word) {
    case judge::Word::faster:
      return Tone::good;
    case judge::Word::slower:
      return Tone::bad;
    case judge::Word::equivalent:
      return Tone::strong;
    case judge::Word::inconclusive:
      break;
  }
  return Tone::caution;
}

std::string pair_of(const Subject& subject, const std::string& contender, const std::string& baseline) {
  return fmt::format("{} against {}", subject.title(contender), subject.title(baseline));
}

void add_verdict(const Subject& subject, const judge::Verdict& verdict, bool name_pair, Document& document) {
  Text text{{"Verdict", Tone::strong}};
  if (name_pair) text.spans.emplace_back(", " + pair_of(subject, verdict.contender, verdict.baseline));
  text.spans.emplace_back(": ");
  text.spans.emplace_back(std::string(judge::name(verdict.word)), tone_of(verdict.word));
  text.spans.emplace_back(", " + ratio_with_count(verdict.ratio));
  if (!verdict.says.empty()) text.spans.emplace_back(" - " + verdict.says);
  document.push_back(Paragraph{std::move(text)});
  if (!verdict.cause.empty()) {
    document.push_back(Paragraph{Text{{"What limits it:", Tone::strong}, {" " + verdict.cause}}});
  }
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
  document.push_back(scenario_table(subject, load, scenario));
  for (auto& note : scenario_notes(subject, load, scenario)) document.push_back(Paragraph{std::move(note)});

  const auto verdicts = subject.verdicts(load.name, scenario.name, kDecidingMetric);
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
  if (auto missing = unmeasured(subject, load)) document.push_back(Paragraph{std::move(*missing)});
  for (const auto* scenario : subject.scenarios(load)) add_scenario(subject, load, *scenario, document);
  for (const auto* summary : subject.summaries(load.name)) add_summary(subject, *summary, document);
}

}  // namespace shootout::report
