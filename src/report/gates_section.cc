#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "judge/gates.h"
#include "report/sections.h"

namespace shootout::report {
namespace {

/// A figure over the trials.
struct GateLine {
  suite::GateFigure worst;
  int trials = 0, failed = 0;
};

/// How far beyond its threshold a figure is: negative where it keeps to it.
double excess(const suite::GateFigure& figure) {
  if (judge::wants_much(figure.figure)) return figure.threshold - figure.value;
  if (figure.gate == "fairness") return std::abs(figure.value - figure.threshold);
  return figure.value - figure.threshold;
}

/// In the order in which the gates look at them.
std::vector<GateLine> lines_of(const suite::RunRecord& run) {
  std::vector<GateLine> lines;
  for (const auto& trial : run.trials) {
    std::vector<std::string> seen;  // a figure with several reasons counts once
    for (const auto& figure : trial.gates) {
      auto line = std::ranges::find_if(lines, [&](const auto& one) {
        return one.worst.gate == figure.gate && one.worst.figure == figure.figure;
      });
      if (line == lines.end()) line = lines.insert(lines.end(), {figure, 0, 0});
      if (excess(figure) > excess(line->worst)) line->worst = figure;
      if (std::ranges::find(seen, figure.figure) != seen.end()) continue;
      seen.push_back(figure.figure);
      ++line->trials;
      if (!figure.passed) ++line->failed;
    }
  }
  std::ranges::stable_sort(lines, {}, [&](const auto& line) {
    const auto first =
        std::ranges::find(lines, line.worst.gate, [](const auto& one) { return one.worst.gate; });
    return first - lines.begin();
  });
  return lines;
}

std::string number(double value) {
  constexpr double kLarge = 1000;
  return std::abs(value) >= kLarge ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

std::string in_words(std::string name) {
  std::ranges::replace(name, '_', ' ');
  constexpr std::string_view kPercent = " percent";
  if (name.ends_with(kPercent)) name.replace(name.size() - kPercent.size(), kPercent.size(), ", %");
  return name;
}

}  // namespace

void add_gates(const Subject& subject, Document& document) {
  const auto lines = lines_of(subject.run);
  if (lines.empty()) return;
  document.push_back(Heading{2, "Gates"});
  document.push_back(Paragraph{
      "What a trial must keep to in order to count, and the worst value among the trials, void ones "
      "included."});
  Table table;
  using enum Column::Align;
  table.columns = {{"Gate"}, {"Figure"}, {"Worst", right}, {"Threshold", right}, {"Trials failed", right}};
  for (const auto& line : lines) {
    const bool at_least = judge::wants_much(line.worst.figure);
    const std::string bound = line.worst.gate == "fairness" ? "" : at_least ? "at least " : "at most ";
    const std::string failed = fmt::format("{} of {}", line.failed, line.trials);
    table.rows.push_back({line.worst.gate, in_words(line.worst.figure), number(line.worst.value),
                          bound + number(line.worst.threshold),
                          Text{{failed, line.failed > 0 ? Tone::caution : Tone::plain}}});
  }
  document.push_back(std::move(table));
}

}  // namespace shootout::report
