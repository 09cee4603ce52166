#include "report/subject.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/format.h"

namespace shootout::report {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> participants(const suite::RunRecord& run, const judge::Judgement& judgement) {
  std::vector<std::string> order;
  // Leaders change from cell to cell: there the plan's order is everybody's.
  const bool led = std::ranges::any_of(judgement.cells, &judge::CellFigures::leads);
  if (!led)
    for (const auto& verdict : judgement.verdicts) order.push_back(verdict.baseline);
  if (run.plan.is_object() && run.plan.contains("contenders") && run.plan["contenders"].is_array()) {
    for (const auto& name : run.plan["contenders"]) {
      if (name.is_string()) order.push_back(name.get<std::string>());
    }
  }
  for (const auto& trial : run.trials) order.push_back(trial.contender);

  std::vector<std::string> result;
  for (const auto& name : order) {
    const bool took_part =
        std::ranges::any_of(run.trials, [&](const auto& trial) { return trial.contender == name; });
    if (took_part && !contains(result, name)) result.push_back(name);
  }
  return result;
}

}  // namespace

Subject::Subject(const suite::Suite& its_suite, const suite::RunRecord& its_run,
                 const judge::Judgement& its_judgement)
    : suite(its_suite),
      run(its_run),
      judgement(its_judgement),
      contenders_(participants(its_run, its_judgement)) {}

std::string Subject::title(const std::string& contender) const {
  if (!run.contenders.is_object()) return contender;
  const auto found = run.contenders.find(contender);
  if (found == run.contenders.end() || !found->is_object()) return contender;
  const auto title = found->find("title");
  return title != found->end() && title->is_string() ? title->get<std::string>() : contender;
}

std::vector<const suite::Load*> Subject::loads() const {
  std::vector<const suite::Load*> result;
  for (const auto& load : suite.loads) {
    if (std::ranges::any_of(run.trials, [&](const auto& trial) { return trial.load == load.name; })) {
      result.push_back(&load);
    }
  }
  return result;
}

std::vector<const suite::Scenario*> Subject::scenarios(const suite::Load& load) const {
  std::vector<const suite::Scenario*> result;
  for (const auto& scenario : suite.scenarios) {
    if (std::ranges::any_of(run.trials, [&](const auto& trial) {
          return trial.load == load.name && trial.scenario == scenario.name;
        })) {
      result.push_back(&scenario);
    }
  }
  return result;
}

bool Subject::is_led() const {
  return std::ranges::any_of(judgement.cells, &judge::CellFigures::leads);
}

const judge::CellFigures* Subject::figures(const std::string& load, const std::string& scenario,
                                           const std::string& contender) const {
  const auto found = std::ranges::find_if(judgement.cells, [&](const auto& cell) {
    return cell.load == load && cell.scenario == scenario && cell.contender == contender;
  });
  return found == judgement.cells.end() ? nullptr : &*found;
}

std::vector<const judge::Verdict*> Subject::verdicts(const std::string& load, const std::string& scenario,
                                                     std::string_view metric) const {
  std::vector<const judge::Verdict*> result;
  for (const auto& verdict : judgement.verdicts) {
    if (verdict.load == load && verdict.scenario == scenario && verdict.metric == metric)
      result.push_back(&verdict);
  }
  return result;
}

std::vector<const judge::LoadSummary*> Subject::summaries(const std::string& load) const {
  std::vector<const judge::LoadSummary*> result;
  for (const auto& summary : judgement.summaries) {
    if (summary.load == load) result.push_back(&summary);
  }
  return result;
}

std::string Subject::scenario_title(const std::string& name) const {
  const auto found =
      std::ranges::find_if(suite.scenarios, [&](const auto& scenario) { return scenario.name == name; });
  return found == suite.scenarios.end() || found->title.empty() ? name : found->title;
}

std::string Subject::describe_cell(const suite::Load& load, const std::string& scenario) {
  const auto cell = load.cells.find(scenario);
  if (cell == load.cells.end()) return {};
  auto values = cell->second;
  const auto take = [&values](const char* key) {
    auto node = values.extract(key);
    return node.empty() ? std::string() : node.mapped();
  };
  const auto plural = [](const std::string& count) { return count == "1" ? "" : "s"; };
  const std::string clients = take("clients");
  const std::string calls = take("calls");
  const std::string delay = take("delay");
  const std::string connections = take("connections");

  std::vector<std::string> parts;
  if (!clients.empty()) parts.push_back(fmt::format("{} client{} at once", clients, plural(clients)));
  if (!calls.empty()) {
    parts.push_back(fmt::format("{} call{}{}{}", calls, plural(calls),
                                delay.empty() ? "" : " of " + delay + " s", clients.empty() ? "" : " each"));
  } else if (!delay.empty()) {
    parts.push_back(fmt::format("{} s each", delay));
  }
  if (!connections.empty()) parts.push_back(fmt::format("{} connection{}", connections, plural(connections)));
  for (const auto& [key, value] : values) parts.push_back(fmt::format("{} {}", key, value));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace shootout::report
