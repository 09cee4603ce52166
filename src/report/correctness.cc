#include "report/correctness.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/format.h"
#include "report/metrics.h"
#include "report/sections.h"

namespace shootout::report {
namespace {

std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 24;
  return text.size() <= kMost ? text : text.substr(0, kMost - 3) + "...";
}

std::string words_of(const suite::AnswerCheck& check) {
  using Kind = suite::AnswerCheck::Kind;
  switch (check.kind) {
    case Kind::json:
      return fmt::format("{} is {}", check.name, shortened(check.equals));
    case Kind::body:
      return fmt::format("the body is {}", shortened(check.equals));
    case Kind::contains:
      return fmt::format("the body contains {}", shortened(check.equals));
    case Kind::size:
      return fmt::format("{} bytes", check.equals);
    case Kind::sha256:
      return "the body's SHA-256";
    case Kind::header:
      return fmt::format("{}: {}", check.name, shortened(check.equals));
    case Kind::moves:
      return check.name + " moves";
  }
  return {};
}

std::string asked_of(const suite::Scenario& scenario) {
  std::vector<std::string> parts;
  for (const auto& check : scenario.request.checks) parts.push_back(words_of(check));
  if (parts.empty() && scenario.request.message) parts.emplace_back("the message comes back, in order");
  return fmt::format("{}", fmt::join(parts, "; "));
}

double errors_of(const suite::TrialRecord& trial, const char* error_class) {
  if (!trial.load_result.is_object() || !trial.load_result.contains("errors")) return 0;
  const auto& errors = trial.load_result["errors"];
  return errors.is_object() && errors.contains(error_class) && errors[error_class].is_number()
             ? errors[error_class].get<double>()
             : 0;
}

void add_sums(const Subject& subject, const suite::Load& load, CheckSums& sums) {
  for (const auto& trial : subject.run.trials) {
    if (trial.load != sums.load || trial.scenario != sums.scenario) continue;
    const double requests = metric_of(trial, "requests").value_or(0);
    const double wrong = errors_of(trial, "check") + errors_of(trial, "protocol");
    sums.requests += requests;
    sums.held_against += requests * load.checked_share;
    sums.wrong += wrong;
    sums.failed += std::max(metric_of(trial, "errors").value_or(0) - wrong, 0.0);
  }
}

Text count_in_tone(double count) {
  return Text{{fmt::format("{:.0f}", count), count > 0 ? Tone::caution : Tone::plain}};
}

std::optional<RowSums> rows_of(const Subject& subject, const CheckSums& cell, const std::string& contender,
                               const std::string& what) {
  std::optional<RowSums> rows;
  for (const auto& trial : subject.run.trials) {
    if (trial.load != cell.load || trial.scenario != cell.scenario || trial.contender != contender) continue;
    const auto counted = metric_of(trial, "rows_" + what);
    const auto claimed = metric_of(trial, "rows_" + what + "_claimed");
    if (!counted || !claimed) continue;
    if (!rows) rows = RowSums{contender, what};
    rows->counted += *counted;
    rows->claimed += *claimed;
  }
  return rows;
}

std::string place_of(const Subject& subject, const CheckSums& cell) {
  return fmt::format("{}, {}", cell.load, subject.scenario_title(cell.scenario));
}

Table checks_table(const Subject& subject, const std::vector<CheckSums>& cells) {
  Table table;
  using enum Column::Align;
  table.columns = {{"Load, scenario"},      {"Asked of an answer"}, {"Requests", right},
                   {"Held against", right}, {"Wrong", right},       {"Failed", right}};
  for (const auto& cell : cells)
    if (!cell.asked.empty())
      table.rows.push_back({place_of(subject, cell), cell.asked, fmt::format("{:.0f}", cell.requests),
                            fmt::format("{}{:.0f}", cell.sampled ? "about " : "", cell.held_against),
                            count_in_tone(cell.wrong), count_in_tone(cell.failed)});
  return table;
}

Table rows_table(const Subject& subject, const std::vector<CheckSums>& cells) {
  Table table;
  using enum Column::Align;
  table.columns = {{"Load, scenario"}, {"Contender"}, {"Rows"}, {"Claimed", right}, {"Counted", right}};
  for (const auto& cell : cells)
    for (const auto& rows : cell.rows)
      table.rows.push_back({place_of(subject, cell), subject.title(rows.contender), rows.what,
                            fmt::format("{:.0f}", rows.claimed),
                            Text{{fmt::format("{:.0f}", rows.counted),
                                  rows.counted < rows.claimed ? Tone::bad : Tone::plain}}});
  return table;
}

}  // namespace

std::vector<CheckSums> correctness_of(const Subject& subject) {
  std::vector<CheckSums> cells;
  for (const auto* load : subject.loads())
    for (const auto* scenario : subject.scenarios(*load)) {
      CheckSums cell;
      cell.load = load->name;
      cell.scenario = scenario->name;
      cell.asked = asked_of(*scenario);
      cell.sampled = load->checked_share < 1;
      add_sums(subject, *load, cell);
      for (const auto& contender : subject.contenders())
        for (const auto* what : {"read", "written"})
          if (auto rows = rows_of(subject, cell, contender, what)) cell.rows.push_back(std::move(*rows));
      if (!cell.asked.empty() || !cell.rows.empty()) cells.push_back(std::move(cell));
    }
  return cells;
}

void add_correctness(const Subject& subject, Document& document) {
  const auto cells = correctness_of(subject);
  auto checks = checks_table(subject, cells), rows = rows_table(subject, cells);
  if (checks.rows.empty() && rows.rows.empty()) return;
  document.push_back(Heading{2, "Correctness"});
  if (!checks.rows.empty()) {
    document.push_back(
        Paragraph{"Every server answered the suite's own questions before any load. Under load: wrong "
                  "answers void a trial "
                  "and end the run (exit code 3), failed ones (no answer, a status that is none) count as "
                  "errors. Sums over "
                  "all trials, void ones included."});
    document.push_back(std::move(checks));
  }
  if (!rows.rows.empty()) {
    document.push_back(Paragraph{
        "What the good answers claim, and what the database itself counted: fewer rows than claimed would be "
        "answers without the row. A few more may be of requests that failed, and of rows read, the "
        "database's own."});
    document.push_back(std::move(rows));
  }
}

}  // namespace shootout::report
