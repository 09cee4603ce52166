#include "trial/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "base/folders.h"
#include "launch/server_set.h"
#include "trial/measure.h"
#include "trial/plan.h"
#include "trial/record_of.h"
#include "trial/stage.h"
#include "trial/time_left.h"
#include "trial/verify.h"

namespace shootout::trial {
namespace {

constexpr int kAttempts = 3;  // of one trial that a gate voids
constexpr double kIdleSeconds = 0.5;

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
        plan_(make_plan(selection, record_.seed)),
        left_(selection, plan_) {}

  RunOutcome go() {
    for (const auto& trial : record_.trials) finish(trial);
    emit(RunStarted{record_.id, static_cast<int>(plan_.size()), static_cast<int>(done_.size()),
                    left_.seconds(done_)});
    auto done = all_replicates();
    RunOutcome outcome{record_.id, suite::RunState::finished, ExitCode::done, std::nullopt};
    if (!done) {
      outcome.error = done.error();
      outcome.code = done.error().code;
      outcome.state = stopped() ? suite::RunState::interrupted : suite::RunState::failed;
    } else if (valid_.size() < plan_.size()) {
      outcome.code = ExitCode::invalid;
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
  void finish(const suite::TrialRecord& trial) {
    if (trial.valid) valid_.insert(trial.number);
    if (trial.valid || trial.attempt >= kAttempts) done_.insert(trial.number);
    attempts_[trial.number] = std::max(attempts_[trial.number], trial.attempt);
    left_.learn(trial);
  }
  [[nodiscard]] std::unexpected<Error> interrupted() const {
    return fail(ExitCode::interrupted, "interrupted",
                fmt::format("go on with: shootout run --resume {}", record_.id));
  }

  Result<void> all_replicates() {
    auto generator = generator::Generator::start(pinning_.generator);
    if (!generator) return std::unexpected(generator.error());
    for (int replicate = 1; replicate <= selection_.replicates; ++replicate) {
      std::vector<PlannedTrial> pending;
      for (const auto& trial : plan_) {
        if (trial.replicate == replicate && !done_.contains(trial.number)) pending.push_back(trial);
      }
      if (pending.empty()) continue;
      if (auto good = one_replicate(replicate, pending, *generator); !good) return good;
    }
    return {};
  }

  Result<void> one_replicate(int replicate, const std::vector<PlannedTrial>& pending,
                             generator::Generator& generator) {
    ReplicateStarted started{replicate, selection_.replicates, {}};
    for (const auto& each : selection_.everything()) started.servers.push_back(each.name);
    emit(started);

    const auto folder = run_folder(record_.id);
    StageOptions stage_options{.name = record_.id,
                               .folder = folder / "tmp",
                               .logs = folder / "logs",
                               .log_prefix = fmt::format("{}-", replicate),
                               .own_ports = options_.own_ports,
                               .cpus = pinning_.servers};
    auto stage =
        raise(selection_, options_.environments, stage_options, options_.listener, options_.stop_asked);
    if (!stage) return stopped() ? interrupted() : std::unexpected(stage.error());

    Bench bench{&selection_, &*stage, &generator, &pinning_, {}, options_.stop_asked};
    for (const auto& contender : stage->contenders) {
      auto checks = verify(selection_.suite, contender, stage->service_urls());
      if (!checks) return better_cause(*stage, checks.error());
      emit(Verified{contender.name, *checks});
      if (stopped()) return interrupted();
    }
    if (auto warm = warm_up(bench); !warm) return better_cause(*stage, warm.error());
    auto idle = measure_idle(*stage, kIdleSeconds, options_.stop_asked);
    if (!idle) return std::unexpected(idle.error());
    bench.idle = std::move(*idle);

    for (const auto& planned : pending) {
      if (auto good = one_trial(bench, planned); !good) return good;
    }
    return stage->set.stop_all();
  }

  Result<void> warm_up(const Bench& bench) {
    const auto& warm_up = selection_.suite.warm_up;
    if (!warm_up) return {};
    for (const auto& contender : bench.stage->contenders) {
      auto cell = suite::warm_up_cell(selection_.suite, contender);
      if (!cell) return std::unexpected(cell.error());
      auto result = bench.generator->run(load_plan(*cell, contender, pinning_), {}, options_.stop_asked);
      if (stopped()) return interrupted();
      if (!result) return std::unexpected(result.error());
    }
    return {};
  }

  // Measures until the trial is valid, at most kAttempts times; each attempt is stored.
  Result<void> one_trial(const Bench& bench, const PlannedTrial& planned) {
    for (int attempt = attempts_[planned.number] + 1; attempt <= kAttempts; ++attempt) {
      if (stopped()) return interrupted();
      emit(TrialStarted{planned.number, static_cast<int>(plan_.size()), planned.contender, planned.load,
                        planned.scenario, planned.replicate, left_.of(planned), left_.seconds(done_)});
      auto measured = measure(bench, planned);
      if (stopped()) return interrupted();  // what was cut off is no trial
      if (!measured) return better_cause(*bench.stage, measured.error());
      auto& trial = measured->record;
      trial.attempt = attempt;
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
      if (!ended->empty()) return server_gone(*bench.stage, ended->front());
      if (measured->lied) return liar(trial);
      if (trial.valid) return {};
    }
    emit(Warning{fmt::format("trial {} ({} {} {}) stayed void after {} attempts", planned.number,
                             planned.contender, planned.load, planned.scenario, kAttempts)});
    return {};
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

  // When something fails and a server has died, the death is the cause.
  [[nodiscard]] std::unexpected<Error> better_cause(Stage& stage, const Error& error) const {
    if (stopped()) return interrupted();
    if (auto ended = stage.set.ended(); ended && !ended->empty()) return server_gone(stage, ended->front());
    return std::unexpected(error);
  }

  const Selection& selection_;
  suite::RunRecord record_;
  Pinning pinning_;
  store::Store& store_;
  const RunOptions& options_;
  std::vector<PlannedTrial> plan_;
  TimeLeft left_;
  std::set<int> done_, valid_;  // numbers of planned trials
  std::map<int, int> attempts_;
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
