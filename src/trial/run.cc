#include "trial/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/folders.h"
#include "launch/server_set.h"
#include "trial/agenda.h"
#include "trial/budget.h"
#include "trial/measure.h"
#include "trial/outcome.h"
#include "trial/portrait.h"
#include "trial/record_of.h"
#include "trial/rest.h"
#include "trial/stage.h"
#include "trial/time_left.h"
#include "trial/verify.h"
#include "trial/warm_up.h"

namespace shootout::trial {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kIdleSeconds = 0.5;
constexpr std::chrono::seconds kAfterDisturbance{
    1};  // before a trial that something else spoiled is repeated

constexpr std::uintmax_t kFullDisk = 17 << 20;  // PostgreSQL extends its log by 16 MiB at a time

// A run in progress: what it needs in every replicate, and how it ended.
class Execution {
 public:
  Execution(const Selection& selection, suite::RunRecord record, Pinning pinning, store::Store& store,
            const RunOptions& options)
      : selection_(selection),
        record_(std::move(record)),
        pinning_(std::move(pinning)),
        store_(store),
        options_(options),
        agenda_(selection, record_.seed),
        left_(selection, make_plan(selection, record_.seed)) {}

  RunOutcome go() {
    const auto before = std::move(record_.trials);
    record_.trials.clear();
    for (const auto& trial : before) finish(trial);
    emit(RunStarted{record_.id, left_.trials(), static_cast<int>(done_.size()), left_.seconds(done_)});
    auto done = all_replicates();
    RunOutcome outcome{record_.id, suite::RunState::finished, ExitCode::done, std::nullopt};
    if (!done) {
      outcome.error = done.error();
      outcome.code = done.error().code;
      outcome.state = stopped() ? suite::RunState::interrupted : suite::RunState::failed;
    } else {
      if (!is_complete(selection_, record_)) outcome.code = ExitCode::invalid;
      // Now it is known how many trials the precision took.
      record_.plan["trials"] = agenda_.planned();
      if (auto planned = store_.set_plan(record_.id, record_.plan); !planned) {
        outcome.error = planned.error();
        outcome.code = planned.error().code;
      }
    }
    if (auto ended = store_.end(record_.id, outcome.state, utc_now()); !ended && !outcome.error) {
      outcome.error = ended.error();
      outcome.code = ended.error().code;
    }
    emit(RunEnded{record_.id, outcome.state});
    return outcome;
  }

 private:
  [[nodiscard]] bool stopped() const { return options_.stop_asked && options_.stop_asked(); }
  void emit(const Event& event) const {
    if (options_.listener) options_.listener(event);
  }
  [[nodiscard]] double run_seconds() const {
    return earlier_s_ + std::chrono::duration<double>(Clock::now() - begun_).count();
  }
  void finish(const suite::TrialRecord& trial) {
    if (is_final(trial)) done_.insert(trial.number);
    attempts_[trial.number] = std::max(attempts_[trial.number], trial.attempt);
    earlier_s_ = std::max(earlier_s_, begun_ == Clock::time_point{} ? trial.run_s : 0);
    left_.learn(trial);
    record_.trials.push_back(for_deciding(selection_, trial));
  }
  [[nodiscard]] std::unexpected<Error> interrupted() const {
    return fail(ExitCode::interrupted, "interrupted",
                fmt::format("go on with: shootout run --resume {}", record_.id));
  }

  Result<void> all_replicates() {
    auto generator = generator::Generator::start(pinning_.generator);
    if (!generator) return std::unexpected(generator.error());
    begun_ = Clock::now();
    while (const auto replicate = agenda_.next(record_)) {
      left_.replan(upcoming(*replicate));
      likely_trials_ = static_cast<int>(done_.size()) + left_.trials();
      if (auto good = one_replicate(*replicate, *generator); !good) return good;
    }
    return {};
  }

  // What is likely to be measured yet: this replicate, and the planned ones after it with the same cells.
  [[nodiscard]] std::vector<PlannedTrial> upcoming(const Agenda::Replicate& now) const {
    auto trials = now.trials;
    std::set<CellName> cells;
    for (const auto& trial : trials) cells.insert(trial.cell());
    int next_number = agenda_.planned() + 1;
    for (int later = now.number + 1; later <= planned_replicates(selection_); ++later) {
      std::vector<CellName> its;
      for (const auto& cell : cells_of(selection_)) {
        if (cells.contains(cell) && (is_steady(selection_, cell) || later <= selection_.replicates))
          its.push_back(cell);
      }
      const auto more = plan_replicate(selection_, record_.seed, later, its, next_number);
      next_number += static_cast<int>(more.size());
      trials.insert(trials.end(), more.begin(), more.end());
    }
    return trials;
  }

  Result<void> one_replicate(const Agenda::Replicate& replicate, generator::Generator& generator) {
    ReplicateStarted started{
        replicate.number, std::max(replicate.number, planned_replicates(selection_)), {}};
    for (const auto& each : selection_.everything()) started.servers.push_back(each.name);
    emit(started);

    const auto folder = run_folder(record_.id);
    StageOptions stage_options{.name = record_.id,
                               .folder = folder / "tmp",
                               .logs = folder / "logs",
                               .log_prefix = fmt::format("{}-", replicate.number),
                               .own_ports = options_.own_ports,
                               .cpus = pinning_.servers,
                               .for_load = true,
                               .limits = selection_.profile.limits,
                               .containers = options_.containers};
    verified_.clear();
    auto stage =
        raise(selection_, options_.environments, stage_options, options_.listener, options_.stop_asked);
    if (!stage) return stopped() ? interrupted() : std::unexpected(stage.error());

    Bench bench{.selection = &selection_,
                .stage = &*stage,
                .generator = &generator,
                .pinning = &pinning_,
                .seed = record_.seed,
                .stop_asked = options_.stop_asked};
    auto database = open_database(*stage);
    if (!database) return better_cause(*stage, database.error());
    if (*database) bench.database = &**database;
    if (auto good = prepare_bench(bench); !good) return better_cause(*stage, good.error());

    std::optional<CellName> cell;
    for (const auto& planned : replicate.trials) {
      if (cell != planned.cell()) {
        cell = planned.cell();
        if (auto good = enter_cell(bench, *cell); !good) return better_cause(*stage, good.error());
      }
      const auto& serves = selection_.server_of(planned.contender, planned.scenario);
      if (auto good = alone(bench, serves, [&] { return one_trial(bench, planned); }); !good) return good;
    }
    database->reset();  // an open connection would hold up its end
    return stage->set.stop_all();
  }

  // Verifies everybody, warms up, looks at them at rest; from then on who is not measured stands still.
  Result<void> prepare_bench(Bench& bench) {
    for (const auto* server : bench.stage->everybody()) {
      auto checks = verify(selection_, *bench.stage, *server, bench.database);
      if (!checks) return std::unexpected(checks.error());
      emit(Verified{server->name, *checks});
      if (stopped()) return interrupted();
    }
    if (auto warm = suite_warm_up(bench); !warm) return warm;
    auto idle = measure_idle(*bench.stage, kIdleSeconds, options_.stop_asked);
    if (!idle) return std::unexpected(idle.error());
    bench.idle = std::move(*idle);
    for (const auto* server : bench.stage->everybody()) {
      bench.portraits[server->name] =
          portrait_of(bench.stage->servers.at(server->name), *server, server->health);
    }
    for (const auto* server : bench.stage->everybody()) {
      if (auto rests = rest(bench, server->name); !rests) return rests;
    }
    return {};
  }

  Result<void> suite_warm_up(const Bench& bench) {
    if (!selection_.suite.warm_up) return {};
    for (const auto& contender : bench.stage->contenders) {
      auto cell = suite::warm_up_cell(selection_.suite, contender);
      if (!cell) return std::unexpected(cell.error());
      auto result =
          bench.generator->run(load_plan(*cell, contender, pinning_, record_.seed), {}, options_.stop_asked);
      if (stopped()) return interrupted();
      if (!result) return std::unexpected(result.error());
    }
    return {};
  }

  // Of a steady load and of a spike: every contender's answers are checked and its rate comes to rest.
  Result<void> enter_cell(Bench& bench, const CellName& cell) {
    if (!is_steady(selection_, cell) && !is_spike(selection_, cell)) return {};
    for (const auto& contender : selection_.contenders) {
      if (!selection_.supports(contender.name, cell.scenario)) continue;
      const auto& serves = bench.stage->contender(selection_.server_of(contender.name, cell.scenario));
      auto good = alone(bench, serves.name, [&]() -> Result<void> {
        // The same requests under another load were checked already.
        if (verified_.insert({serves.name, cell.scenario}).second) {
          if (auto right = verify_cell(bench, cell, serves); !right) return right;
        }
        auto warm = warm_up(bench, cell, serves);
        if (!warm) return std::unexpected(warm.error());
        bench.warmed_up[{contender.name, cell}] = std::move(*warm);
        return {};
      });
      if (stopped()) return interrupted();
      if (!good) return good;
    }
    return {};
  }

  // Nobody else runs meanwhile.
  template <class Work>
  Result<void> alone(Bench& bench, const std::string& contender, Work work) {
    if (auto awake = wake(*bench.stage, contender, options_.listener, options_.stop_asked); !awake)
      return better_cause(*bench.stage, awake.error());
    if (auto done = work(); !done) return done;
    return rest(bench, contender);
  }

  Result<void> rest(Bench& bench, const std::string& contender) {
    if (bench.stage->everybody().size() < 2) return {};
    auto rests = lay_to_rest(*bench.stage, contender, options_.stop_asked);
    if (!rests) return better_cause(*bench.stage, rests.error());
    if (!*rests && !stopped() && told_awake_.insert(contender).second)
      emit(Warning{
          fmt::format("{} still holds connections two seconds after its trial; it is not frozen while "
                      "others are measured",
                      contender)});
    return {};
  }

  // Measures until the trial is valid, at most kAttempts times; each attempt is stored.
  Result<void> one_trial(const Bench& bench, const PlannedTrial& planned) {
    for (int attempt = attempts_[planned.number] + 1; attempt <= kAttempts; ++attempt) {
      if (stopped()) return interrupted();
      emit(TrialStarted{planned.number, likely_trials_, planned.contender, planned.load, planned.scenario,
                        planned.replicate, left_.of(planned), time_left()});
      auto measured = measure(bench, planned);
      if (stopped()) return interrupted();  // what was cut off is no trial
      if (!measured) return better_cause(*bench.stage, measured.error());
      auto& trial = measured->record;
      trial.attempt = attempt;
      trial.run_s = run_seconds();
      auto ended = bench.stage->set.ended();
      const bool server_ended = !ended || !ended->empty();
      if (server_ended && trial.valid) {
        trial.valid = false;
        trial.reasons.emplace_back("a server ended during the trial");
      }
      if (auto stored = store_.add(record_.id, trial); !stored) return stored;
      finish(trial);
      emit(TrialEnded{&trial});
      if (!ended) return std::unexpected(ended.error());
      if (!ended->empty())
        return better_cause(*bench.stage, server_gone(*bench.stage, ended->front()).error());
      if (measured->lied) return better_cause(*bench.stage, liar(trial).error());
      if (trial.valid) return {};
      if (auto full = full_disk(*bench.stage)) return std::unexpected(*full);
      if (auto whole = until_whole(bench, planned, trial); !whole) return whole;
      if (attempt < kAttempts && was_disturbed(trial)) std::this_thread::sleep_for(kAfterDisturbance);
    }
    emit(Warning{fmt::format("trial {} ({} {} {}) stayed void after {} attempts", planned.number,
                             planned.contender, planned.load, planned.scenario, kAttempts)});
    return {};
  }

  // Where a process died, whoever watches it starts it again: not in the middle of the next attempt.
  Result<void> until_whole(const Bench& bench, const PlannedTrial& planned, const suite::TrialRecord& trial) {
    const bool changed = std::ranges::any_of(
        trial.gates, [](const auto& gate) { return !gate.passed && gate.gate == "server"; });
    const auto& server = bench.stage->servers.at(selection_.server_of(planned.contender, planned.scenario));
    if (!changed || server.pid == 0) return {};
    if (auto whole = bench.stage->set.wait_ready(server, options_.stop_asked); !whole)
      return better_cause(*bench.stage, whole.error());
    return {};
  }

  [[nodiscard]] static bool was_disturbed(const suite::TrialRecord& trial) {
    return std::ranges::any_of(trial.gates,
                               [](const auto& gate) { return !gate.passed && gate.gate == "environment"; });
  }

  [[nodiscard]] double time_left() const {
    const double left = left_.seconds(done_);
    return selection_.budget_s ? std::min(left, std::max(0.0, *selection_.budget_s - run_seconds())) : left;
  }

  [[nodiscard]] std::unexpected<Error> liar(const suite::TrialRecord& trial) const {
    return fail(
        ExitCode::verification,
        fmt::format("{} failed verification under load ({} {}): {}", trial.contender, trial.load,
                    trial.scenario, trial.reasons.empty() ? "its answers are wrong" : trial.reasons.front()),
        fmt::format("its figures would say nothing; its log: {}", trial.log_file));
  }

  [[nodiscard]] std::unexpected<Error> server_gone(const Stage& stage, const launch::Ended& ended) const {
    const auto server = stage.servers.find(ended.name);
    const std::string log = server == stage.servers.end() ? "" : server->second.log_file.string();
    return fail(ExitCode::environment,
                fmt::format("{} ended by itself in the middle of the run: {}", ended.name, ended.how),
                fmt::format("its log: {}; the finished trials are kept, go on with: shootout run --resume {}",
                            log, record_.id));
  }

  // When something fails and a server has died, the death is the cause; of both a full disk, where a service
  // keeps its data.
  [[nodiscard]] std::unexpected<Error> better_cause(Stage& stage, const Error& error) const {
    if (stopped()) return interrupted();
    if (auto full = full_disk(stage)) return std::unexpected(*full);
    if (auto ended = stage.set.ended(); ended && !ended->empty()) return server_gone(stage, ended->front());
    return std::unexpected(error);
  }

  [[nodiscard]] std::optional<Error> full_disk(const Stage& stage) const {
    const auto keeps_data = [](const auto& service) { return service.second.needs_data; };
    const auto service = std::ranges::find_if(stage.services, keeps_data);
    const auto& folder = stage.set.temporary_folder();
    if (service == stage.services.end() || free_bytes(folder) >= kFullDisk) return std::nullopt;
    return Error{
        ExitCode::environment,
        fmt::format("the disk with the data of {} is full ({})", service->second.title, folder.string()),
        fmt::format(
            "free some space on it; the finished trials are kept, go on with: shootout run --resume {}",
            record_.id)};
  }

  const Selection& selection_;
  suite::RunRecord record_;  ///< its trials are those that were measured, without what no decision needs
  Pinning pinning_;
  store::Store& store_;
  const RunOptions& options_;
  Agenda agenda_;
  TimeLeft left_;
  int likely_trials_ = 0;  ///< in all, as far as this replicate tells
  std::set<int> done_;     // numbers of trials that are not measured again
  std::map<int, int> attempts_;
  std::set<std::string> told_awake_;
  std::set<std::pair<std::string, std::string>> verified_;  // server and scenario, in this replicate
  Clock::time_point begun_{};
  double earlier_s_ = 0;  // of the run, before it was cut off
};

}  // namespace

Result<RunOutcome> run(const Selection& selection, const Choice& choice, store::Store& store,
                       const RunOptions& options) {
  auto pinning = choose_pinning(options.pin);
  if (!pinning) return std::unexpected(pinning.error());
  const std::uint64_t seed = options.seed.value_or(std::random_device{}());
  auto record = new_record(selection, choice, options, *pinning, seed);
  if (!record) return std::unexpected(record.error());
  if (auto begun = store.begin(*record); !begun) return std::unexpected(begun.error());
  return Execution(selection, std::move(*record), std::move(*pinning), store, options).go();
}

Result<RunOutcome> resume(const suite::RunRecord& record, const Selection& selection, store::Store& store,
                          const RunOptions& options) {
  auto pinning = choose_pinning(options.pin);
  if (!pinning) return std::unexpected(pinning.error());
  if (auto again = store.end(record.id, suite::RunState::running, ""); !again)
    return std::unexpected(again.error());
  return Execution(selection, record, std::move(*pinning), store, options).go();
}

}  // namespace shootout::trial
