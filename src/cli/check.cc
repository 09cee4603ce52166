// shootout check SUITE: health and correctness of every contender, no load.
#include <fmt/format.h>

#include <memory>

#include "base/folders.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/preparation.h"
#include "cli/selection_options.h"
#include "trial/stage.h"
#include "trial/verify.h"

namespace shootout::cli {
namespace {

ExitCode check(const trial::Choice& choice, bool quiet) {
  auto selection = trial::select(choice);
  if (!selection) return report_error(selection.error());
  auto environments = prepare_with_progress(*selection, false, quiet);
  if (!environments) return report_error(environments.error());

  const auto folder = home_folder() / "check" / std::to_string(::getpid());
  trial::StageOptions options{.name = "check-" + selection->suite.name,
                              .folder = folder,
                              .logs = folder,
                              .log_prefix = "",
                              .own_ports = false,
                              .cpus = {}};
  auto stage = trial::raise(*selection, *environments, options, {}, interrupted);
  if (!stage) return interrupted() ? interruption() : report_error(stage.error());
  ExitCode worst = ExitCode::done;
  for (const auto& contender : stage->contenders) {
    if (interrupted()) return interruption();
    auto checks = trial::verify(selection->suite, contender, stage->service_urls());
    if (!checks) {
      worst = worse(worst, report_error(checks.error()));
    } else if (auto printed = print_data(fmt::format("{}: ok, {} checks\n", contender.name, *checks));
               !printed) {
      return report_error(printed.error());
    }
  }
  if (auto stopped = stage->set.stop_all(); !stopped) return report_error(stopped.error());
  return worst;
}

}  // namespace

void add_check(CLI::App& app, Chosen& chosen) {
  struct Options {
    trial::Choice choice;
    bool quiet = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("check", "health and correctness of every contender of a suite, without load");
  add_selection(*command, options->choice, false);
  command->get_option("suite")->required();
  command->add_flag("--quiet,-q", options->quiet, "no progress");
  command->callback(
      [options, &chosen] { chosen.action = [options] { return check(options->choice, options->quiet); }; });
}

}  // namespace shootout::cli
