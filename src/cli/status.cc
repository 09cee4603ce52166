// shootout status: what `up` keeps, and whether it is well.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/http_get.h"
#include "cli/commands.h"
#include "cli/standing_set.h"
#include "cli/table.h"

namespace shootout::cli {
namespace {

struct Line {
  launch::Server server;
  std::string state;
  size_t processes = 0;
  bool well = false;
};

Line look_at(launch::ServerSet& set, const launch::Server& server) {
  Line line{server, "", 0, false};
  if (server.pid != 0) {
    auto tree = set.tree(server.name);
    line.processes = tree ? tree->size() : 0;
    if (line.processes == 0) {
      line.state = "ended";
      return line;
    }
  }
  auto answer = http_get(server.url + server.health, {.timeout_s = 2});
  const size_t wanted = server.pid == 0 ? 0 : static_cast<size_t>(server.workers + server.other_processes);
  if (!answer) {
    line.state = "no answer";
  } else if (answer->status != 200) {
    line.state = fmt::format("health says {}", answer->status);
  } else if (line.processes < wanted) {
    line.state = fmt::format("{} of {} processes", line.processes, wanted);
  } else {
    line.state = "healthy";
    line.well = true;
  }
  return line;
}

ExitCode status(const std::string& suite, bool as_json) {
  auto set = standing_set(suite);
  if (!set) return report_error(set.error());
  std::vector<Line> lines;
  for (const auto& server : set->servers()) lines.push_back(look_at(*set, server));
  if (auto kept = set->hand_over(); !kept) return report_error(kept.error());

  std::string text;
  bool well = true;
  for (const auto& line : lines) well = well && line.well;
  if (as_json) {
    nlohmann::ordered_json servers = nlohmann::ordered_json::array();
    for (const auto& line : lines) {
      servers.push_back({{"name", line.server.name},
                         {"title", line.server.title},
                         {"url", line.server.url},
                         {"pid", line.server.pid},
                         {"processes", line.processes},
                         {"state", line.state},
                         {"log", line.server.log_file.string()}});
    }
    text =
        nlohmann::ordered_json{{"schema", "shootout.status/1"}, {"suite", suite}, {"servers", servers}}.dump(
            2) +
        "\n";
  } else {
    Table table{{"name", "state", "url", "pid", "processes"}, {}};
    for (const auto& line : lines) {
      table.rows.push_back({line.server.name, line.state, line.server.url, std::to_string(line.server.pid),
                            std::to_string(line.processes)});
    }
    text = render(table);
  }
  if (auto printed = print_data(text); !printed) return report_error(printed.error());
  return well ? ExitCode::done : ExitCode::environment;
}

}  // namespace

void add_status(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string suite;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("status", "the servers that up keeps, and whether they are well");
  command->add_option("suite", options->suite, "the suite")->required()->type_name("SUITE");
  command->add_flag("--json", options->json, "as JSON");
  command->callback(
      [options, &chosen] { chosen.action = [options] { return status(options->suite, options->json); }; });
}

}  // namespace shootout::cli
