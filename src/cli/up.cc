// shootout up, down, restart: a suite's servers on their own ports, kept until `down`.
#include <fmt/format.h>

#include <memory>

#include "base/folders.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/preparation.h"
#include "cli/selection_options.h"
#include "cli/standing_set.h"
#include "cli/table.h"
#include "trial/stage.h"

namespace shootout::cli {
namespace {

std::string addresses(const std::vector<launch::Server>& servers) {
  Table table{{"name", "url", "pid"}, {}};
  for (const auto& server : servers)
    table.rows.push_back({server.name, server.url, std::to_string(server.pid)});
  return render(table);
}

ExitCode up(const trial::Choice& choice, const launch::ImageOptions& images, bool quiet) {
  auto selection = trial::select(choice);
  if (!selection) return report_error(selection.error());
  const std::string& name = selection->suite.name;
  auto standing = launch::ServerSet::attach(name);
  if (!standing) return report_error(standing.error());
  if (*standing) {
    auto printed = print_data("already up:\n" + addresses((*standing)->servers()));
    auto kept = (*standing)->hand_over();
    if (!kept) return report_error(kept.error());
    return printed ? ExitCode::done : report_error(printed.error());
  }
  if (auto apart = trial::require_ports_of_their_own(*selection); !apart) return report_error(apart.error());
  if (auto strays = launch::end_strays(); !strays) return report_error(strays.error());
  auto prepared = prepare_with_progress(*selection, images, quiet);
  if (!prepared) return report_error(prepared.error());

  const auto folder = home_folder() / "up" / name;
  trial::StageOptions options{.name = name,
                              .folder = folder / "tmp",
                              .logs = folder / "logs",
                              .log_prefix = "",
                              .own_ports = true,
                              .cpus = {},
                              .containers = prepared->containers};
  auto stage = trial::raise(*selection, prepared->environments, options, {}, interrupted);
  if (!stage) return interrupted() ? interruption() : report_error(stage.error());
  if (auto kept = stage->set.hand_over(); !kept) return report_error(kept.error());
  if (auto printed = print_data(addresses(stage->set.servers())); !printed)
    return report_error(printed.error());
  return ExitCode::done;
}

ExitCode down(const std::string& suite) {
  auto set = launch::ServerSet::attach(suite);
  if (!set) return report_error(set.error());
  if (!*set) {
    if (auto printed = print_data(fmt::format("nothing of the suite '{}' is up\n", suite)); !printed)
      return report_error(printed.error());
    return ExitCode::done;
  }
  if (auto stopped = (*set)->stop_all(); !stopped) return report_error(stopped.error());
  return ExitCode::done;
}

ExitCode restart(const std::string& suite, const std::string& name) {
  auto set = standing_set(suite);
  if (!set) return report_error(set.error());
  auto servers = chosen_servers(*set, name);
  ExitCode code = ExitCode::done;
  if (!servers) {
    code = report_error(servers.error());
  } else {
    for (const auto& server : *servers) {
      auto restarted = set->restart(server.name);
      auto ready = restarted ? set->wait_ready(*restarted, interrupted) : std::unexpected(restarted.error());
      if (!ready) code = worse(code, report_error(ready.error()));
    }
    if (auto printed = print_data(addresses(set->servers())); !printed)
      code = worse(code, report_error(printed.error()));
  }
  if (auto kept = set->hand_over(); !kept) return report_error(kept.error());
  return code;
}

}  // namespace

void add_up(CLI::App& app, Chosen& chosen) {
  struct Options {
    trial::Choice choice;
    launch::ImageOptions images;
    bool quiet = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("up", "start a suite's servers on their own ports and keep them until down");
  add_selection(*command, options->choice, false);
  add_backends(*command, options->choice, options->images, false);
  command->get_option("suite")->required();
  command->add_flag("--quiet,-q", options->quiet, "no progress");
  command->callback([options, &chosen] {
    chosen.action = [options] { return up(options->choice, options->images, options->quiet); };
  });
}

void add_down(CLI::App& app, Chosen& chosen) {
  auto suite = std::make_shared<std::string>();
  auto* command = app.add_subcommand("down", "end the servers that up started");
  command->add_option("suite", *suite, "the suite")->required()->type_name("SUITE");
  command->callback([suite, &chosen] { chosen.action = [suite] { return down(*suite); }; });
}

void add_restart(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string suite, name;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("restart", "restart servers that up started");
  command->add_option("suite", options->suite, "the suite")->required()->type_name("SUITE");
  command->add_option("contender", options->name, "only this one");
  command->callback(
      [options, &chosen] { chosen.action = [options] { return restart(options->suite, options->name); }; });
}

}  // namespace shootout::cli
