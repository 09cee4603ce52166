// shootout profile CONTENDER SCENARIO: a flamegraph of a Python server under load.
#include "trial/profile.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "base/folders.h"
#include "base/scratch_folder.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/flamegraph_text.h"
#include "cli/interrupt.h"
#include "cli/load_units.h"
#include "cli/machine.h"
#include "cli/preparation.h"
#include "cli/progress.h"
#include "cli/selection_options.h"

namespace shootout::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kLongest = 3600;  // seconds

struct ProfileFlags {
  std::string contender, scenario, suite, load, duration = "30s", output, pin = "auto";
  std::vector<std::string> set;
  trial::Places places;
  bool json = false, quiet = false;
};

std::set<std::string> contenders_of(const suite::Suite& suite) {
  std::set<std::string> names(suite.contenders.begin(), suite.contenders.end());
  names.insert(suite.also.begin(), suite.also.end());
  return names;
}

// The one suite that names the contender and has the scenario.
Result<std::string> suite_of(const ProfileFlags& flags) {
  if (!flags.suite.empty()) return flags.suite;
  auto suites = trial::read_suites(flags.places);
  if (!suites) return std::unexpected(suites.error());
  std::set<std::string> contenders, scenarios;
  std::vector<std::string> fitting;
  for (const auto& [name, suite] : *suites) {
    const auto names = contenders_of(suite);
    contenders.insert(names.begin(), names.end());
    if (!names.contains(flags.contender)) continue;
    for (const auto& scenario : suite.scenarios) scenarios.insert(scenario.name);
    if (std::ranges::find(suite.scenarios, flags.scenario, &suite::Scenario::name) != suite.scenarios.end())
      fitting.push_back(name);
  }
  if (fitting.size() == 1) return fitting.front();
  if (fitting.size() > 1)
    return fail(ExitCode::usage,
                fmt::format("{} {} is in the suites {} and {}", flags.contender, flags.scenario, fitting[0],
                            fitting[1]),
                "say which one with --suite");
  const std::vector<std::string> known(contenders.begin(), contenders.end());
  const std::vector<std::string> its(scenarios.begin(), scenarios.end());
  return scenarios.empty()
             ? fail(ExitCode::usage, unknown_name("contender", flags.contender, known),
                    "one that no suite names is profiled with --suite and --contenders-dir")
             : fail(ExitCode::usage, unknown_name("scenario of " + flags.contender, flags.scenario, its));
}

Result<unsigned> seconds_of(const std::string& duration) {
  const auto seconds = duration_of(duration);
  if (seconds && *seconds > 0 && *seconds <= kLongest) return static_cast<unsigned>(std::ceil(*seconds));
  return fail(ExitCode::usage,
              fmt::format("--duration {}: not a time such as 10s or 1m, at most an hour", duration));
}

// Found out before the load, not after it.
Result<fs::path> output_file(const ProfileFlags& flags) {
  const fs::path file =
      fs::absolute(flags.output.empty() ? flags.contender + "-" + flags.scenario + ".svg" : flags.output);
  std::error_code ignored;
  const bool writable = fs::exists(file, ignored)
                            ? !fs::is_directory(file, ignored) && ::access(file.c_str(), W_OK) == 0
                            : ::access(file.parent_path().c_str(), W_OK) == 0;
  if (writable) return file;
  return fail(ExitCode::environment, fmt::format("cannot write the flamegraph {}", file.string()),
              "name another place with --output");
}

Result<trial::Selection> selection_of(const ProfileFlags& flags, const std::string& suite) {
  trial::Choice choice;
  choice.suite = suite;
  choice.contenders = {flags.contender};
  choice.scenarios = {flags.scenario};
  if (!flags.load.empty()) choice.loads = {flags.load};
  choice.set = flags.set;
  choice.places = flags.places;
  auto selection = trial::select(choice);
  if (!selection || selection->supports(flags.contender, flags.scenario)) return selection;
  const auto& notes = selection->contenders.front().scenarios;
  const auto note = notes.find(flags.scenario);
  return fail(ExitCode::usage, fmt::format("{} does not offer {}{}", flags.contender, flags.scenario,
                                           note == notes.end() ? "" : ": " + note->second.unsupported));
}

// The contenders' environments, and the profiler's.
Result<trial::ProfileOptions> prepared_for(const trial::Selection& selection, bool quiet) {
  trial::ProfileOptions options;
  auto prepared = prepare_with_progress(selection, {}, quiet);
  if (!prepared) return std::unexpected(prepared.error());
  options.environments = std::move(prepared->environments);
  auto profiler = prepare_profiler(quiet);
  if (!profiler) return std::unexpected(profiler.error());
  options.profiler = std::move(*profiler);
  options.stop_asked = interrupted;
  return options;
}

Result<void> show(const trial::Profile& profile, const ProfileFlags& flags, const std::string& suite,
                  unsigned seconds, const fs::path& file) {
  auto tree = tree_of(profile);
  if (!tree) return std::unexpected(tree.error());
  if (auto written = write_flamegraph(profile, *tree, seconds, file); !written) return written;
  if (flags.json) return print_data(profile_document(profile, *tree, suite, seconds, file).dump(2) + "\n");
  if (!profile.note.empty()) fmt::print(stderr, "shootout: {}\n", profile.note);
  return print_data(fmt::format("{}: {}\n\n{}\nflamegraph  {}\n", profile.contender,
                                profile_subtitle(profile, *tree, seconds), heaviest_table(*tree),
                                file.string()));
}

Result<void> profile(const ProfileFlags& flags) {
  auto seconds = seconds_of(flags.duration);
  if (!seconds) return std::unexpected(seconds.error());
  auto suite = suite_of(flags);
  if (!suite) return std::unexpected(suite.error());
  auto selection = selection_of(flags, *suite);
  if (!selection) return std::unexpected(selection.error());
  auto cell = trial::first_cell(*selection, flags.scenario);
  if (!cell) return std::unexpected(cell.error());
  auto file = output_file(flags);
  if (!file) return std::unexpected(file.error());
  const auto& contender = selection->contenders.front();
  if (auto possible = trial::can_be_profiled(contender); !possible) return possible;
  if (auto set = trial::resolve_for_planning(contender, contender.name, *selection); !set)
    return std::unexpected(set.error());

  auto options = prepared_for(*selection, flags.quiet);
  if (!options) return std::unexpected(options.error());
  auto lock =
      take_machine(fmt::format("shootout profile {} {}", flags.contender, flags.scenario), flags.quiet);
  if (!lock) return std::unexpected(lock.error());
  options->seconds = *seconds;
  options->pin = flags.pin;
  const ScratchFolder scratch(home_folder() / "profile" / std::to_string(::getpid()));
  options->stage.name = "profile-" + flags.contender;
  options->stage.folder = options->stage.logs = scratch.path();
  Progress progress(Progress::style_for_stderr(flags.quiet));
  options->listener = [&progress](const trial::Event& event) { progress.show(event); };

  Result<void> shown;
  auto done = trial::profile(*selection, {*cell}, *options,
                             [&](const trial::CellName&, const Result<trial::Profile>& profile) {
                               shown = profile ? show(*profile, flags, *suite, *seconds, *file)
                                               : Result<void>(std::unexpected(profile.error()));
                             });
  return done ? shown : done;
}

ExitCode act(const ProfileFlags& flags) {
  const auto done = profile(flags);
  if (interrupted()) return interruption();
  return done ? ExitCode::done : report_error(done.error());
}

}  // namespace

void add_profile(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<ProfileFlags>();
  auto* command = app.add_subcommand("profile", "a flamegraph of a Python contender under load");
  command->add_option("contender", flags->contender, "the contender, e.g. flask")
      ->type_name("CONTENDER")
      ->required();
  command->add_option("scenario", flags->scenario, "what is asked of it, e.g. json")
      ->type_name("SCENARIO")
      ->required();
  command->add_option("--suite", flags->suite, "the suite; else the one that has both")->type_name("SUITE");
  command->add_option("--load", flags->load, "the load; else the suite's first one of this scenario")
      ->type_name("LOAD");
  command->add_option("--duration,-d", flags->duration, "how long it is looked at")
      ->type_name("TIME")
      ->capture_default_str();
  command->add_option("--output,-o", flags->output, "the SVG file; else CONTENDER-SCENARIO.svg")
      ->type_name("FILE");
  command->add_option("--set", flags->set,
                      "override a setting: CONTENDER.parameter=value, or SERVICE=make (repeatable)");
  command->add_option("--pin", flags->pin, "CPUs: auto, none, or GENERATOR/SERVERS such as 3/0-2")
      ->capture_default_str();
  add_places(*command, flags->places);
  command->add_flag("--json", flags->json, "print the heaviest frames as JSON (shootout.profile/1)");
  command->add_flag("--quiet,-q", flags->quiet, "no progress");
  command->callback([flags, &chosen] { chosen.action = [flags] { return act(*flags); }; });
}

}  // namespace shootout::cli
