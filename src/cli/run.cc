// shootout run SUITE: measures, stores, reports.
#include "trial/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "base/folders.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/load_units.h"
#include "cli/machine.h"
#include "cli/preparation.h"
#include "cli/progress.h"
#include "cli/report_text.h"
#include "cli/run_flamegraphs.h"
#include "cli/selection_options.h"
#include "trial/budget.h"
#include "trial/record_of.h"
#include "trial/room.h"
#include "trial/time_left.h"

namespace shootout::cli {
namespace {

struct RunFlags {
  trial::Choice choice;
  launch::ImageOptions images;
  std::string precision, budget;
  std::optional<std::string> limits;
  std::optional<std::uint64_t> seed;
  std::string ports = "free", pin = "auto", resume;
  bool dry_run = false, json = false, quiet = false, flamegraphs = false;
};

bool any_steady(const trial::Selection& selection) {
  return std::ranges::any_of(selection.loads, [](const auto& load) { return load.window.has_value(); });
}

std::string replicates_text(const trial::Selection& selection) {
  if (!any_steady(selection)) return fmt::to_string(selection.replicates);
  const std::string blocks = fmt::format(", {} block{} of a steady load in each", selection.blocks,
                                         selection.blocks == 1 ? "" : "s");
  if (!selection.precision) return fmt::format("{}{}", selection.replicates, blocks);
  const std::string until =
      *selection.precision > 0
          ? fmt::format("until every interval is within +-{:.3g} %", 100 * *selection.precision)
          : "until the budget is spent";
  return fmt::format("{} or more, {}{}", trial::planned_replicates(selection), until, blocks);
}

std::string takes_text(const trial::Selection& selection, double seconds) {
  if (!selection.budget_s || !any_steady(selection)) return "about " + time_text(seconds);
  return fmt::format("about {}, at most about {} (the budget)",
                     time_text(std::min(seconds, *selection.budget_s)), time_text(*selection.budget_s));
}

// Budget and precision are of steady loads: of fixed work the profile says how often it is done.
Result<void> read_texts(RunFlags& options) {
  if (!options.precision.empty()) {
    options.choice.precision = share_of(options.precision);
    if (!options.choice.precision)
      return fail(ExitCode::usage,
                  fmt::format("--precision {}: not a share such as 5% or 0.05", options.precision));
  }
  if (!options.budget.empty()) {
    options.choice.budget_s = duration_of(options.budget);
    if (!options.choice.budget_s || *options.choice.budget_s <= 0)
      return fail(ExitCode::usage,
                  fmt::format("--budget {}: not a time such as 90s, 10m or 1h", options.budget));
  }
  if (options.limits) {
    auto limits = suite::parse_limits(*options.limits);
    if (!limits) return std::unexpected(limits.error());
    options.choice.limits = *limits;
  }
  if (options.choice.repeat && (options.choice.precision || options.choice.budget_s))
    return fail(ExitCode::usage,
                "--repeat asks for exactly so many replicates: leave out --precision and --budget");
  return {};
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
      "takes       {}\ngives up    {}\n",
      selection.suite.name, selection.profile.name, names(selection.contenders),
      services.empty() ? "none" : services, names(selection.loads), names(selection.scenarios),
      replicates_text(selection), takes_text(selection, seconds),
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

  if (auto goal = read_texts(options); !goal) return report_error(goal.error());
  if (!options.resume.empty()) {
    auto opened = store::Store::open(home_folder());
    if (!opened) return report_error(opened.error());
    store = std::move(*opened);
    auto id = store->find(options.resume);
    if (!id) return report_error(id.error());
    auto record = store->read(*id);
    if (!record) return report_error(record.error());
    auto stored = trial::selection_of(*record, options.choice.places, options.choice.postgres);
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
    selection.blocks = trial::blocks_within_budget(selection);
    if ((options.choice.precision || options.choice.budget_s) && !any_steady(selection)) {
      return report_error(
          {ExitCode::usage,
           fmt::format("--precision and --budget are of steady loads, and {} has none here: its work "
                       "is fixed, and so is how often it is done",
                       selection.suite.name),
           "say how often with --repeat"});
    }
  }
  if (options.flamegraphs && !selection.contained.empty())
    return report_error({ExitCode::usage, "--flamegraphs are taken of processes, not of containers",
                         "leave out --backend docker, or --flamegraphs"});
  if (auto pinning = trial::choose_pinning(run_options.pin); !pinning) return report_error(pinning.error());

  if (options.dry_run) {
    const auto plan = trial::make_plan(selection, options.seed.value_or(0));
    auto printed = print_data(plan_text(selection, trial::TimeLeft(selection, plan).seconds({})));
    return printed ? ExitCode::done : report_error(printed.error());
  }

  // What cannot work is told before anything is installed, or waited for.
  if (auto room = trial::make_room(selection); !room) return report_error(room.error());
  auto prepared = prepare_with_progress(selection, options.images, options.quiet);
  if (!prepared) return report_error(prepared.error());
  run_options.environments = std::move(prepared->environments);
  run_options.containers = std::move(prepared->containers);
  if (!store) {
    auto opened = store::Store::open(home_folder());
    if (!opened) return report_error(opened.error());
    store = std::move(*opened);
  }
  auto lock = take_machine("shootout run " + selection.suite.name, options.quiet);
  if (!lock) return report_error(lock.error());

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
    if (options.flamegraphs)
      code = worse(code, take_flamegraphs(selection, outcome->run_id, run_options, options.quiet));
  }
  return code;
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<RunFlags>();
  auto* command = app.add_subcommand("run", "measure a suite and report what it shows");
  add_selection(*command, options->choice, true);
  add_backends(*command, options->choice, options->images, true);
  command
      ->add_option("--precision", options->precision,
                   "of steady loads: go on until every interval is within so much of its ratio, e.g. 5%")
      ->type_name("SHARE");
  command
      ->add_option("--budget", options->budget,
                   "of steady loads: begin no replicate that would end later, e.g. 10m")
      ->type_name("TIME");
  command
      ->add_option("--limits", options->limits,
                   "what each contender may use: cpus=2,memory=512MB, or none; else the profile's")
      ->type_name("LIMITS");
  command->add_option("--seed", options->seed, "of the order of the trials; drawn where absent");
  command
      ->add_option("--ports", options->ports, "free (default), or own: insist on the contenders' own ports")
      ->check(CLI::IsMember({"free", "own"}));
  command->add_option("--pin", options->pin, "CPUs: auto, none, or GENERATOR/SERVERS such as 3/0-2")
      ->capture_default_str();
  command->add_option("--resume", options->resume, "go on with this run (an id, a beginning of it, or last)")
      ->type_name("RUN");
  command->add_flag("--dry-run", options->dry_run, "only say what would be measured, and how long it takes");
  command->add_flag("--flamegraphs", options->flamegraphs,
                    "afterwards, in trials of their own: a flamegraph of each contender in each scenario");
  command->add_flag("--json", options->json, "print the report as JSON (shootout.run/1)");
  command->add_flag("--quiet,-q", options->quiet, "no progress");
  command->callback([options, &chosen, command] {
    if (command->count("suite") == 0 && options->resume.empty()) {
      throw CLI::ValidationError("SUITE is required (see: shootout list suites)");
    }
    for (const char* of_the_plan :
         {"--contenders", "--set", "--profile", "--scenarios", "--loads", "--baseline", "--repeat",
          "--precision", "--budget", "--seed", "--ports", "--pin", "--backend", "--network", "--limits"}) {
      if (!options->resume.empty() && command->count(of_the_plan) > 0)
        throw CLI::ValidationError(fmt::format(
            "{} cannot be changed by --resume, which goes on with the run's own plan", of_the_plan));
    }
    chosen.action = [options] { return run(*options); };
  });
}

}  // namespace shootout::cli
