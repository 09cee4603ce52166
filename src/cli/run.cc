// shootout run SUITE: measures, stores, reports.
#include "trial/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <memory>
#include <thread>

#include "base/folders.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/preparation.h"
#include "cli/progress.h"
#include "cli/report_text.h"
#include "cli/selection_options.h"
#include "launch/machine_lock.h"
#include "launch/server_set.h"
#include "trial/record_of.h"
#include "trial/time_left.h"

namespace shootout::cli {
namespace {

struct RunFlags {
  trial::Choice choice;
  std::optional<std::uint64_t> seed;
  std::string ports = "free", pin = "auto", resume;
  bool dry_run = false, json = false, quiet = false;
};

// Two runs never measure at the same time: the second waits, and says for whom.
Result<launch::MachineLock> wait_for_machine(const std::string& what, bool quiet) {
  bool said = false;
  for (;;) {
    auto lock = launch::MachineLock::try_acquire(what);
    if (!lock) return std::unexpected(lock.error());
    if (*lock) return std::move(**lock);
    if (!said && !quiet) {
      const auto holder = launch::MachineLock::holder();
      fmt::print(stderr, "shootout: waiting: {} measures on this machine\n",
                 holder && *holder ? fmt::format("{} (since {})", (*holder)->what, (*holder)->since)
                                   : "another shootout");
      said = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    if (interrupted()) return fail(interruption(), "interrupted while waiting for the machine");
  }
}

std::string plan_text(const trial::Selection& selection, double seconds) {
  const auto names = [](const auto& items) {
    std::vector<std::string> all;
    for (const auto& item : items) all.push_back(item.name);
    return fmt::format("{}", fmt::join(all, ", "));
  };
  std::string services;
  for (const auto& service : selection.services)
    services += fmt::format("{}{} ({})", services.empty() ? "" : ", ", service.name, service.make);
  return fmt::format(
      "suite       {}, profile {}\ncontenders  {}\nservices    {}\nloads       {}\nscenarios   "
      "{}\nreplicates  {}\n"
      "takes       about {}\ngives up    {}\n",
      selection.suite.name, selection.profile.name, names(selection.contenders),
      services.empty() ? "none" : services, names(selection.loads), names(selection.scenarios),
      selection.replicates, time_text(seconds),
      selection.profile.gives_up.empty() ? "nothing" : selection.profile.gives_up);
}

ExitCode print_report(store::Store& store, const trial::RunOutcome& outcome, bool as_json) {
  auto record = store.read(outcome.run_id);
  if (!record) return report_error(record.error());
  auto text = report_text(*record, as_json ? "json" : "terminal", true);
  if (!text) return report_error(text.error());
  if (auto printed = print_data(*text); !printed) return report_error(printed.error());
  return ExitCode::done;
}

ExitCode run(RunFlags& options) {
  std::optional<store::Store> store;
  std::optional<suite::RunRecord> earlier;
  trial::Selection selection;
  trial::RunOptions run_options;
  run_options.seed = options.seed;
  run_options.own_ports = options.ports == "own";
  run_options.pin = options.pin;

  if (!options.resume.empty()) {
    auto opened = store::Store::open(home_folder());
    if (!opened) return report_error(opened.error());
    store = std::move(*opened);
    auto id = store->find(options.resume);
    if (!id) return report_error(id.error());
    auto record = store->read(*id);
    if (!record) return report_error(record.error());
    auto stored = trial::selection_of(*record, options.choice.places);
    if (!stored) return report_error(stored.error());
    if (!options.choice.suite.empty() && options.choice.suite != record->suite) {
      return report_error(
          {ExitCode::usage,
           fmt::format("run {} is of the suite {}, not {}", *id, record->suite, options.choice.suite), ""});
    }
    earlier = std::move(*record);
    selection = std::move(stored->selection);
    options.choice = std::move(stored->choice);
    run_options.own_ports = stored->own_ports;
    run_options.pin = stored->pin;
  } else {
    auto selected = trial::select(options.choice);
    if (!selected) return report_error(selected.error());
    selection = std::move(*selected);
  }
  if (auto pinning = trial::choose_pinning(run_options.pin); !pinning) return report_error(pinning.error());

  if (options.dry_run) {
    const auto plan = trial::make_plan(selection, options.seed.value_or(0));
    auto printed = print_data(plan_text(selection, trial::TimeLeft(selection, plan).seconds({})));
    return printed ? ExitCode::done : report_error(printed.error());
  }

  auto environments = prepare_with_progress(selection, false, options.quiet);
  if (!environments) return report_error(environments.error());
  run_options.environments = std::move(*environments);
  if (!store) {
    auto opened = store::Store::open(home_folder());
    if (!opened) return report_error(opened.error());
    store = std::move(*opened);
  }
  auto lock = wait_for_machine(fmt::format("shootout run {} (pid {})", selection.suite.name, ::getpid()),
                               options.quiet);
  if (!lock) return report_error(lock.error());
  if (auto strays = launch::end_strays(); !strays) return report_error(strays.error());

  Progress progress(Progress::style_for_stderr(options.quiet));
  run_options.listener = [&progress](const trial::Event& event) { progress.show(event); };
  run_options.stop_asked = interrupted;
  auto outcome = earlier ? trial::resume(*earlier, selection, *store, run_options)
                         : trial::run(selection, options.choice, *store, run_options);
  if (!outcome) return report_error(outcome.error());

  ExitCode code = outcome->code;
  if (outcome->error) {
    code = report_error(*outcome->error);
    if (interrupted()) code = interruption();
  } else {
    code = worse(code, print_report(*store, *outcome, options.json));
  }
  return code;
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<RunFlags>();
  auto* command = app.add_subcommand("run", "measure a suite and report what it shows");
  add_selection(*command, options->choice, true);
  command->add_option("--seed", options->seed, "of the order of the trials; drawn where absent");
  command
      ->add_option("--ports", options->ports, "free (default), or own: insist on the contenders' own ports")
      ->check(CLI::IsMember({"free", "own"}));
  command->add_option("--pin", options->pin, "CPUs: auto, none, or GENERATOR/SERVERS such as 3/0-2")
      ->capture_default_str();
  command->add_option("--resume", options->resume, "go on with this run (an id, a beginning of it, or last)")
      ->type_name("RUN");
  command->add_flag("--dry-run", options->dry_run, "only say what would be measured, and how long it takes");
  command->add_flag("--json", options->json, "print the report as JSON (shootout.run/1)");
  command->add_flag("--quiet,-q", options->quiet, "no progress");
  command->callback([options, &chosen, command] {
    if (command->count("suite") == 0 && options->resume.empty()) {
      throw CLI::ValidationError("SUITE is required (see: shootout list suites)");
    }
    chosen.action = [options] { return run(*options); };
  });
}

}  // namespace shootout::cli
