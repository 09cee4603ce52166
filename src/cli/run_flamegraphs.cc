#include "cli/run_flamegraphs.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/folders.h"
#include "cli/command.h"
#include "cli/flamegraph_text.h"
#include "cli/interrupt.h"
#include "cli/preparation.h"
#include "trial/profile.h"
#include "trial/record_of.h"

namespace shootout::cli {
namespace {

constexpr unsigned kSeconds = 5;  // of load for each

/// The selection with this contender alone: what it needs is started, nobody else.
trial::Selection alone(const trial::Selection& selection, const suite::Contender& contender) {
  trial::Selection its = selection;
  its.contenders = {contender};
  std::erase_if(its.companions, [&](const suite::Contender& companion) {
    return std::ranges::none_of(
        its.scenarios, [&](const auto& scenario) { return its.serves(companion.name, scenario.name); });
  });
  return its;
}

std::vector<trial::CellName> cells_of(const trial::Selection& selection, const std::string& contender) {
  std::vector<trial::CellName> cells;
  for (const auto& scenario : selection.scenarios) {
    if (!selection.supports(contender, scenario.name)) continue;
    if (auto cell = trial::first_cell(selection, scenario.name)) cells.push_back(std::move(*cell));
  }
  return cells;
}

Result<void> keep(const trial::Profile& profile, const std::filesystem::path& folder) {
  auto tree = tree_of(profile);
  if (!tree) return std::unexpected(tree.error());
  if (!profile.note.empty())
    fmt::print(stderr, "shootout: {} {}: {}\n", profile.contender, profile.scenario, profile.note);
  return write_flamegraph(profile, *tree, kSeconds,
                          folder / fmt::format("{}-{}.svg", profile.contender, profile.scenario));
}

}  // namespace

ExitCode take_flamegraphs(const trial::Selection& selection, const std::string& run_id,
                          const trial::RunOptions& options, bool quiet) {
  auto profiler = prepare_profiler(quiet);
  if (!profiler) return report_error(profiler.error());
  const auto folder = trial::run_folder(run_id) / "flamegraphs";
  if (auto made = make_folder(folder); !made) return report_error(made.error());

  trial::ProfileOptions profiling;
  profiling.seconds = kSeconds;
  profiling.environments = options.environments;
  profiling.profiler = std::move(*profiler);
  profiling.pin = options.pin;
  profiling.stage.name = run_id;
  profiling.stage.folder = trial::run_folder(run_id) / "tmp";
  profiling.stage.logs = trial::run_folder(run_id) / "logs";
  profiling.stage.log_prefix = "flamegraphs-";
  profiling.stage.own_ports = options.own_ports;
  profiling.stage.limits = selection.profile.limits;
  profiling.stop_asked = options.stop_asked;
  profiling.listener = options.listener;

  ExitCode worst = ExitCode::done;
  int taken = 0;
  const auto failed = [&](const Error& error) {
    const ExitCode code = report_error(error);
    if (error.code != ExitCode::usage) worst = worse(worst, code);  // else it is no Python program
  };
  for (const auto& contender : selection.contenders) {
    const auto done = trial::profile(
        alone(selection, contender), cells_of(selection, contender.name), profiling,
        [&](const trial::CellName&, const Result<trial::Profile>& profile) {
          const auto kept = profile ? keep(*profile, folder) : Result<void>(std::unexpected(profile.error()));
          kept ? void(++taken) : failed(kept.error());
        });
    if (interrupted()) return interruption();
    if (!done) failed(done.error());
  }
  fmt::print(stderr, "{} flamegraphs: {}\n", taken, folder.string());
  return worst;
}

}  // namespace shootout::cli
