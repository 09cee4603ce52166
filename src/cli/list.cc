// shootout list: the suites, contenders, scenarios and runs there are.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/folders.h"
#include "cli/commands.h"
#include "cli/selection_options.h"
#include "cli/table.h"
#include "judge/run_differences.h"
#include "store/store.h"

namespace shootout::cli {
namespace {

Result<Table> suites(const trial::Places& places) {
  auto all = trial::read_suites(places);
  if (!all) return std::unexpected(all.error());
  Table table{{"suite", "question", "contenders", "profiles"}, {}};
  for (const auto& [name, suite] : *all) {
    std::string profiles;
    for (const auto& profile : suite.profiles) profiles += (profiles.empty() ? "" : " ") + profile.name;
    table.rows.push_back({name, suite.question, fmt::format("{}", suite.contenders.size()), profiles});
  }
  return table;
}

Result<Table> contenders(const trial::Places& places) {
  auto all = trial::read_contenders(places);
  if (!all) return std::unexpected(all.error());
  Table table{{"contender", "title", "framework", "server", "interface", "needs"}, {}};
  for (const auto& [name, contender] : *all) {
    if (!contender.provides.empty()) continue;
    std::string needs;
    for (const auto& need : contender.needs) needs += (needs.empty() ? "" : " ") + need;
    table.rows.push_back(
        {name, contender.title, contender.framework, contender.server, contender.interface, needs});
  }
  return table;
}

Result<Table> scenarios(const trial::Places& places) {
  auto all = trial::read_suites(places);
  if (!all) return std::unexpected(all.error());
  Table table{{"suite", "load", "scenario", "parameters"}, {}};
  for (const auto& [name, suite] : *all) {
    for (const auto& load : suite.loads) {
      for (const auto& scenario : suite.scenarios) {
        const bool always = load.cells.contains(scenario.name);
        const auto& cells = always ? load.cells : load.also_cells;
        const auto cell = cells.find(scenario.name);
        if (cell == cells.end()) continue;
        std::string parameters;
        for (const auto& [key, value] : cell->second)
          parameters += fmt::format("{}{}={}", parameters.empty() ? "" : " ", key, value);
        if (!always) parameters += (parameters.empty() ? "" : " ") + std::string("(if --scenarios names it)");
        table.rows.push_back({name, load.name, scenario.name, parameters});
      }
    }
  }
  return table;
}

std::string_view name(suite::RunState state) {
  switch (state) {
    case suite::RunState::running:
      return "running or cut off";
    case suite::RunState::finished:
      return "finished";
    case suite::RunState::interrupted:
      return "interrupted";
    case suite::RunState::failed:
      return "failed";
  }
  return "";
}

// Runs of one suite on machines with the same fingerprint can be compared.
Result<Table> runs(const std::string& suite) {
  Table table{{"run", "suite", "profile", "started", "state", "trials", "contenders", "machine"}, {}};
  std::error_code ignored;
  if (!std::filesystem::exists(home_folder() / "runs.sqlite", ignored))
    return table;  // looking must not create
  auto store = store::Store::open(home_folder());
  if (!store) return std::unexpected(store.error());
  auto lines = store->list();
  if (!lines) return std::unexpected(lines.error());
  for (const auto& run : *lines) {
    if (!suite.empty() && run.suite != suite) continue;
    table.rows.push_back({run.id, run.suite, run.profile, run.started_at, std::string(name(run.state)),
                          fmt::format("{}/{}", run.trials, run.planned), std::to_string(run.contenders),
                          judge::fingerprint_of(run.machine)});
  }
  return table;
}

struct ListOptions {
  std::string what = "suites", suite;
  trial::Places places;
  bool json = false;
};

ExitCode list(const ListOptions& options) {
  const auto& [what, suite, places, as_json] = options;
  if (!suite.empty() && what != "runs")
    return report_error({ExitCode::usage, "--suite goes with `list runs`", ""});
  auto table = what == "suites"       ? suites(places)
               : what == "contenders" ? contenders(places)
               : what == "scenarios"  ? scenarios(places)
                                      : runs(suite);
  if (!table) return report_error(table.error());
  std::string text;
  if (as_json) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& row : table->rows) {
      nlohmann::ordered_json object;
      for (size_t i = 0; i < row.size(); ++i) object[table->header[i]] = row[i];
      rows.push_back(object);
    }
    text = nlohmann::ordered_json{{"schema", "shootout.list/1"}, {what, rows}}.dump(2) + "\n";
  } else if (table->rows.empty()) {
    text = fmt::format("no {} yet\n", what);
  } else {
    text = render(*table);
  }
  if (auto printed = print_data(text); !printed) return report_error(printed.error());
  return ExitCode::done;
}

}  // namespace

void add_list(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<ListOptions>();
  auto* command = app.add_subcommand("list", "the suites, contenders, scenarios or runs there are");
  command->add_option("what", options->what, "suites, contenders, scenarios or runs")
      ->check(CLI::IsMember({"suites", "contenders", "scenarios", "runs"}))
      ->capture_default_str();
  command->add_option("--suite", options->suite, "of runs: only those of this suite")->type_name("NAME");
  add_places(*command, options->places);
  command->add_flag("--json", options->json, "as JSON");
  command->callback([options, &chosen] { chosen.action = [options] { return list(*options); }; });
}

}  // namespace shootout::cli
