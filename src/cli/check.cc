// shootout check SUITE: health and correctness of every contender, no load.
#include <fmt/format.h>

#include <memory>
#include <random>
#include <set>

#include "base/folders.h"
#include "base/scratch_folder.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/preparation.h"
#include "cli/selection_options.h"
#include "generator/generator.h"
#include "trial/measure.h"
#include "trial/plan.h"
#include "trial/stage.h"
#include "trial/verify.h"
#include "trial/warm_up.h"

namespace shootout::cli {
namespace {

// Every check of one server: the suite's requests, and a few of each scenario that it serves.
Result<int> all_checks(const trial::Bench& bench, const suite::Launchable& server) {
  const auto& selection = *bench.selection;
  auto checks = trial::verify(selection, *bench.stage, server, bench.database);
  if (!checks) return checks;
  std::set<std::string> seen;
  for (const auto& cell : trial::cells_of(selection)) {
    if (!selection.serves(server.name, cell.scenario) || interrupted()) continue;
    if (!seen.insert(cell.scenario).second) continue;
    // Fixed work takes as long as its delays: the suite's own checks are enough there.
    if (!trial::is_steady(selection, cell) && !trial::is_spike(selection, cell)) continue;
    if (auto right = trial::verify_cell(bench, cell, server); !right) return std::unexpected(right.error());
    ++*checks;
  }
  return checks;
}

ExitCode check(const trial::Choice& choice, const launch::ImageOptions& images, bool quiet) {
  auto selection = trial::select(choice);
  if (!selection) return report_error(selection.error());
  auto prepared = prepare_with_progress(*selection, images, quiet);
  if (!prepared) return report_error(prepared.error());

  const ScratchFolder scratch(home_folder() / "check" / std::to_string(::getpid()));
  trial::StageOptions options{.name = "check-" + selection->suite.name,
                              .folder = scratch.path(),
                              .logs = scratch.path(),
                              .log_prefix = "",
                              .own_ports = false,
                              .cpus = {},
                              .containers = prepared->containers};
  auto stage = trial::raise(*selection, prepared->environments, options, {}, interrupted);
  if (!stage) return interrupted() ? interruption() : report_error(stage.error());
  auto generator = generator::Generator::start({});
  if (!generator) return report_error(generator.error());
  auto database = trial::open_database(*stage);
  if (!database) return report_error(database.error());
  trial::Pinning pinning;
  trial::Bench bench;
  bench.selection = &*selection;
  bench.stage = &*stage;
  bench.generator = &*generator;
  bench.pinning = &pinning;
  bench.seed = std::random_device{}();
  bench.database = *database ? &**database : nullptr;
  bench.stop_asked = interrupted;

  ExitCode worst = ExitCode::done;
  for (const auto* server : stage->everybody()) {
    auto checks = all_checks(bench, *server);
    if (interrupted()) return interruption();
    if (!checks) {
      worst = worse(worst, report_error(checks.error()));
    } else if (auto printed = print_data(fmt::format("{}: ok, {} checks\n", server->name, *checks));
               !printed) {
      return report_error(printed.error());
    }
  }
  database->reset();  // an open connection would hold up its end
  if (auto stopped = stage->set.stop_all(); !stopped) return report_error(stopped.error());
  return worst;
}

}  // namespace

void add_check(CLI::App& app, Chosen& chosen) {
  struct Options {
    trial::Choice choice;
    launch::ImageOptions images;
    bool quiet = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("check", "health and correctness of every contender of a suite, without load");
  add_selection(*command, options->choice, false);
  add_backends(*command, options->choice, options->images, true);
  command->get_option("suite")->required();
  command->add_flag("--quiet,-q", options->quiet, "no progress");
  command->callback([options, &chosen] {
    chosen.action = [options] { return check(options->choice, options->images, options->quiet); };
  });
}

}  // namespace shootout::cli
