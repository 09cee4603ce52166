#include "trial/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "base/folders.h"
#include "generator/generator.h"
#include "launch/run_command.h"
#include "observe/profiler.h"
#include "trial/measure.h"
#include "trial/pinning.h"
#include "trial/room.h"
#include "trial/verify.h"
#include "trial/warm_up.h"

namespace shootout::trial {
namespace {

namespace fs = std::filesystem;

constexpr double kWarmUp = 1;
/// py-spy reads the symbols of every library first; the load goes on until it has ended.
constexpr double kLongestStart = 60;

/// The cell as a load without an end of its own.
suite::Cell held(suite::Cell cell, double seconds) {
  cell.window = suite::Window{.seconds = seconds, .settle_s = 0, .warm_up_s = kWarmUp};
  cell.phases.clear();
  cell.requests_per_connection = 1;
  return cell;
}

Result<std::string> contents_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ExitCode::environment, fmt::format("py-spy left no {}", file.string()));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// What py-spy and the load beside it told.
struct Taken {
  observe::ProfilerOutcome outcome;
  std::string folded;
  engine::LoadResult load;
};

Result<Taken> take(const Bench& bench, const suite::Cell& cell, const suite::Launchable& contender,
                   const launch::Server& server, const observe::ProfilerOptions& profiler) {
  std::error_code ignored;
  fs::remove(profiler.output, ignored);
  std::atomic<bool> ended = false;
  Result<launch::CommandOutcome> command;
  // The thread lives until the load has ended: run_command() ends what it started when its thread ends.
  std::jthread beside([&](const std::stop_token& stop) {
    command = launch::run_command(
        {.words = observe::profiler_command(profiler), .variables = {{"RUST_LOG", "warn"}}},
        [&] { return stop.stop_requested() || (bench.stop_asked && bench.stop_asked()); });
    ended = true;
  });
  const auto over = [&] { return ended || (bench.stop_asked && bench.stop_asked()); };
  const auto endless = held(cell, profiler.seconds + kLongestStart);
  auto load = bench.generator->run(load_plan(endless, contender, *bench.pinning, bench.seed), {}, over);
  beside.request_stop();
  beside.join();
  if (bench.stop_asked && bench.stop_asked()) return fail(ExitCode::interrupted, "interrupted");
  if (!load) return std::unexpected(load.error());
  if (!command && !load->interrupted)
    return fail(ExitCode::environment,
                fmt::format("py-spy took no profile of {} in {:.0f} s", server.name,
                            profiler.seconds + kLongestStart),
                "try again while less runs on this machine");
  if (!command) return std::unexpected(command.error());
  Taken taken{observe::profiler_outcome(command->status, command->output, server.name), {}, std::move(*load)};
  if (taken.outcome.error) return taken;
  auto folded = contents_of(profiler.output);
  if (!folded) return std::unexpected(folded.error());
  taken.folded = std::move(*folded);
  return taken;
}

/// What the load says against believing the picture.
Result<void> judge_load(const engine::LoadResult& load, const std::string& contender) {
  const auto checked = load.errors[static_cast<std::size_t>(engine::ErrorClass::check)];
  const std::string offence = load.offences.empty() ? "" : "\n  " + load.offences.front().what;
  if (checked > 0)
    return fail(ExitCode::verification,
                fmt::format("{} answered {} of {} requests wrongly under load{}", contender, checked,
                            load.started, offence),
                "a picture of wrong answers says nothing; see its log");
  if (load.succeeded == 0)
    return fail(ExitCode::invalid,
                fmt::format("{} answered none of {} requests well{}", contender, load.started, offence),
                "see its log");
  return {};
}

Result<Profile> profile_cell(const Bench& bench, const CellName& name, const std::string& contender_name,
                             const ProfileOptions& options) {
  const auto& serves = bench.selection->server_of(contender_name, name.scenario);
  const auto& contender = bench.stage->contender(serves);
  const auto& server = bench.stage->servers.at(serves);
  auto cell = cell_for(bench, name, contender);
  if (!cell) return std::unexpected(cell.error());
  if (cell->window || !cell->phases.empty()) {
    if (auto right = verify_cell(bench, name, contender); !right) return std::unexpected(right.error());
  }
  auto warm = bench.generator->run(load_plan(held(*cell, kWarmUp), contender, *bench.pinning, bench.seed), {},
                                   bench.stop_asked);
  if (!warm) return std::unexpected(warm.error());

  if (auto may = observe::may_be_looked_at(server.pid, serves); !may) return std::unexpected(may.error());
  observe::ProfilerOptions profiler{.program = options.profiler.programs / "py-spy",
                                    .root = server.pid,
                                    .seconds = options.seconds,
                                    .native = true,
                                    .output = bench.stage->set.temporary_folder() / "stacks.folded"};
  std::string note;
  auto taken = take(bench, *cell, contender, server, profiler);
  if (taken && (taken->outcome.may_be_native || (!taken->outcome.error && taken->folded.empty()))) {
    note = fmt::format("without native frames: {}",
                       taken->outcome.error ? taken->outcome.error->what : "with them py-spy saw nothing");
    profiler.native = false;
    taken = take(bench, *cell, contender, server, profiler);
  }
  if (!taken) return std::unexpected(taken.error());
  if (taken->outcome.error) return std::unexpected(*taken->outcome.error);
  if (auto good = judge_load(taken->load, serves); !good) return std::unexpected(good.error());
  return Profile{.contender = contender_name,
                 .scenario = name.scenario,
                 .load = name.load,
                 .folded = std::move(taken->folded),
                 .native = profiler.native,
                 .lost = taken->outcome.lost,
                 .connections = cell->connections,
                 .succeeded = taken->load.succeeded,
                 .failed = taken->load.error_count(),
                 .note = std::move(note)};
}

/// Who ended by itself meanwhile: the cause of whatever failed, and a picture's half.
std::optional<Error> death(Stage& stage) {
  const auto ended = stage.set.ended();
  if (!ended) return ended.error();
  if (ended->empty()) return std::nullopt;
  const auto& dead = ended->front();
  const auto server = stage.servers.find(dead.name);
  return Error{ExitCode::environment,
               fmt::format("{} ended by itself under the profiler: {}", dead.name, dead.how),
               server == stage.servers.end() ? "" : "its log: " + server->second.log_file.string()};
}

}  // namespace

suite::Contender profiler_tool() {
  suite::Contender tool;
  tool.name = "py-spy";
  tool.folder = program_data_folder() / "profilers" / "py-spy";
  tool.environment.python = "requirements.txt";
  return tool;
}

Result<void> can_be_profiled(const suite::Contender& contender) {
  if (contender.url.empty()) return {};
  return fail(ExitCode::usage,
              fmt::format("{} is served by somebody else at {}: its processes are not shootout's to look at",
                          contender.name, contender.url),
              "profile a contender that shootout starts (a command in its contender.yaml)");
}

Result<CellName> first_cell(const Selection& selection, const std::string& scenario) {
  const auto found = std::ranges::find_if(
      selection.loads, [&](const suite::Load& load) { return load.cells.contains(scenario); });
  if (found == selection.loads.end()) {
    return fail(ExitCode::usage, fmt::format("no load of the suite {} that was asked for has the scenario {}",
                                             selection.suite.name, scenario));
  }
  return CellName{found->name, scenario};
}

Result<void> profile(const Selection& selection, const std::vector<CellName>& cells,
                     const ProfileOptions& options, const ProfileListener& on_profile) {
  if (auto possible = can_be_profiled(selection.contenders.front()); !possible) return possible;
  auto pinning = choose_pinning(options.pin);
  if (!pinning) return std::unexpected(pinning.error());
  if (auto room = make_room(selection); !room) return room;
  StageOptions stage_options = options.stage;
  stage_options.cpus = pinning->servers;
  const auto stopped = [&] { return options.stop_asked && options.stop_asked(); };
  auto stage = raise(selection, options.environments, stage_options, options.listener, options.stop_asked);
  if (!stage) return stopped() ? fail(ExitCode::interrupted, "interrupted") : std::unexpected(stage.error());
  auto generator = generator::Generator::start(pinning->generator);
  if (!generator) return std::unexpected(generator.error());

  Bench bench{.selection = &selection,
              .stage = &*stage,
              .generator = &*generator,
              .pinning = &*pinning,
              .seed = options.seed,
              .stop_asked = options.stop_asked};
  auto database = open_database(*stage);
  if (!database) return std::unexpected(death(*stage).value_or(database.error()));
  if (*database) bench.database = &**database;
  for (const auto* server : stage->everybody()) {
    if (auto right = verify(selection, *stage, *server, bench.database); !right)
      return std::unexpected(death(*stage).value_or(right.error()));
  }
  const std::string& contender = selection.contenders.front().name;
  for (const auto& cell : cells) {
    if (options.listener)
      options.listener(Profiling{contender, cell.load, cell.scenario, static_cast<double>(options.seconds)});
    auto profile = profile_cell(bench, cell, contender, options);
    if (stopped()) return fail(ExitCode::interrupted, "interrupted");
    if (auto dead = death(*stage)) profile = std::unexpected(std::move(*dead));
    if (options.listener) options.listener(Profiled{});
    on_profile(cell, profile);
  }
  database->reset();  // an open connection would hold up its end
  return stage->set.stop_all();
}

}  // namespace shootout::trial
