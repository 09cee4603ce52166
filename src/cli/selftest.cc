// shootout selftest: does shootout judge rightly on this machine?
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/folders.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/machine.h"
#include "cli/preparation.h"
#include "cli/progress.h"
#include "judge/judgement.h"
#include "stats/noise.h"
#include "stats/paired_ratio.h"
#include "store/store.h"
#include "trial/record_of.h"
#include "trial/run.h"

namespace shootout::cli {
namespace {

/// What is known beforehand, and what shootout made of it.
struct Trialled {
  std::string name, says;
  bool passed = false;
};

std::string interval(const stats::Estimate& ratio) {
  return ratio.low && ratio.high
             ? fmt::format("{:.3f}x [{:.3f}, {:.3f}], n = {}", ratio.value, *ratio.low, *ratio.high, ratio.n)
             : fmt::format("{:.3f}x, n = {}", ratio.value, ratio.n);
}

/// The share of simulated comparisons, at noise as shared machines show it, whose interval holds the truth.
Trialled simulated_coverage() {
  constexpr int kComparisons = 2000;
  constexpr double kLeast = 0.93, kTrue = 1.05;
  const stats::NoiseModel noise{.white = 0.03,
                                .ar1 = 0.03,
                                .flicker = 0.03,
                                .drift = 0.05,
                                .bursts = 0.2,
                                .connections = 0.2,
                                .start = 0.03};
  int held = 0;
  double widths = 0;
  for (int i = 0; i < kComparisons; ++i) {
    const auto logs = stats::simulate_replicates(noise, {.true_ratio = kTrue}, static_cast<std::uint64_t>(i));
    const auto mean = stats::mean(logs);
    held += *mean.low <= std::log(kTrue) && std::log(kTrue) <= *mean.high ? 1 : 0;
    widths += (*mean.high - *mean.low) / 2;
  }
  const double share = static_cast<double>(held) / kComparisons;
  return {
      "simulated coverage",
      fmt::format(
          "{:.1f} % of {} intervals hold the true ratio (at least {:.0f} %); their half-width is {:.1f} % "
          "on average",
          100 * share, kComparisons, 100 * kLeast, 100 * widths / kComparisons),
      share >= kLeast};
}

/// A suite of the folder `selftest`, measured and stored as any run.
Result<suite::RunRecord> measured(const std::string& suite, store::Store& store, bool quiet) {
  trial::Choice choice;
  choice.suite = suite;
  choice.places.suite_folders = {program_data_folder() / "selftest"};
  auto selection = trial::select(choice);
  if (!selection) return std::unexpected(selection.error());
  auto prepared = prepare_with_progress(*selection, {}, quiet);
  if (!prepared) return std::unexpected(prepared.error());
  trial::RunOptions options;
  options.environments = std::move(prepared->environments);
  Progress progress(Progress::style_for_stderr(quiet));
  options.listener = [&progress](const trial::Event& event) { progress.show(event); };
  options.stop_asked = interrupted;
  auto outcome = trial::run(*selection, choice, store, options);
  if (!outcome) return std::unexpected(outcome.error());
  if (outcome->error) return std::unexpected(*outcome->error);
  return store.read(outcome->run_id);
}

/// The verdict of the only pair on requests/s.
Result<judge::Verdict> verdict_of(const suite::RunRecord& run) {
  auto suite = suite::suite_of(run);
  if (!suite) return std::unexpected(suite.error());
  for (const auto& verdict : judge::judge(*suite, run).verdicts) {
    if (verdict.metric == "requests_per_second" && verdict.ratio.low && verdict.ratio.high) return verdict;
  }
  return fail(ExitCode::invalid, fmt::format("run {}: too few valid trials to compare anything", run.id),
              "shootout report " + run.id + " says why");
}

Result<Trialled> same_contender(store::Store& store, bool quiet) {
  auto run = measured("selftest-same", store, quiet);
  if (!run) return std::unexpected(run.error());
  auto verdict = verdict_of(*run);
  if (!verdict) return std::unexpected(verdict.error());
  const bool told_apart = verdict->word == judge::Word::faster || verdict->word == judge::Word::slower;
  return Trialled{"one contender under two names",
                  fmt::format("{}: {} ({})", interval(verdict->ratio), judge::name(verdict->word), run->id),
                  !told_apart};
}

/// The first metric of this name in a run's valid trials of a contender.
std::optional<double> mean_metric(const suite::RunRecord& run, const std::string& contender,
                                  const std::string& metric) {
  double sum = 0;
  int n = 0;
  for (const auto& trial : run.trials) {
    const auto found = trial.metrics.find(metric);
    if (!trial.valid || trial.contender != contender || found == trial.metrics.end()) continue;
    sum += found->second;
    ++n;
  }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

Result<Trialled> known_difference(store::Store& store, bool quiet) {
  constexpr double kMoreWork = 1.05;  // selftest/known.yaml
  auto run = measured("selftest-known", store, quiet);
  if (!run) return std::unexpected(run.error());
  auto verdict = verdict_of(*run);
  if (!verdict) return std::unexpected(verdict.error());
  // What a request costs the server beside the work is the same for both, and known from the ceiling server.
  const auto rate = mean_metric(*run, "less-work", "requests_per_second");
  const auto ceiling = mean_metric(*run, "less-work", "ceiling_per_second");
  const double beside = rate && ceiling && *ceiling > 0 ? *rate / *ceiling : 0;
  const double truth = 1 + (kMoreWork - 1) * (1 - beside);
  const auto& ratio = verdict->ratio;
  const bool found = *ratio.low > 1, covered = *ratio.low <= truth && truth <= *ratio.high;
  return Trialled{
      "a difference of 5 %",
      fmt::format("{}: {}, the true ratio {:.3f} {} the interval ({})", interval(ratio),
                  found ? "found" : "not found", truth, covered ? "lies in" : "lies outside", run->id),
      found && covered};
}

std::string as_text(const std::vector<Trialled>& all) {
  std::string text;
  for (const auto& one : all)
    text += fmt::format("{:<7} {}: {}\n", one.passed ? "ok" : "wrong", one.name, one.says);
  return text;
}

std::string as_json(const std::vector<Trialled>& all) {
  nlohmann::ordered_json tests = nlohmann::ordered_json::array();
  bool passed = true;
  for (const auto& one : all) {
    tests.push_back({{"name", one.name}, {"passed", one.passed}, {"says", one.says}});
    passed = passed && one.passed;
  }
  return nlohmann::ordered_json{{"schema", "shootout.selftest/1"}, {"passed", passed}, {"tests", tests}}.dump(
             2) +
         "\n";
}

ExitCode selftest(bool json, bool quiet) {
  auto lock = take_machine("shootout selftest", quiet);
  if (!lock) return report_error(lock.error());
  auto store = store::Store::open(home_folder());
  if (!store) return report_error(store.error());
  std::vector<Trialled> all{simulated_coverage()};
  for (const auto& test : {same_contender, known_difference}) {
    auto result = test(*store, quiet);
    if (!result)
      return interrupted() ? (report_error(result.error()), interruption()) : report_error(result.error());
    all.push_back(std::move(*result));
  }
  if (auto printed = print_data(json ? as_json(all) : as_text(all)); !printed)
    return report_error(printed.error());
  for (const auto& one : all) {
    if (one.passed) continue;
    return report_error(
        {ExitCode::invalid, fmt::format("on this machine shootout judges wrongly: {}", one.name),
         "one time in twenty chance does that: try again, on a quiet machine; `shootout doctor` may "
         "know what is in the way"});
  }
  return ExitCode::done;
}

}  // namespace

void add_selftest(CLI::App& app, Chosen& chosen) {
  struct Options {
    bool json = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("selftest", "does shootout judge rightly on this machine? (about five minutes)");
  command->add_flag("--json", options->json, "as JSON");
  command->add_flag("--quiet,-q", options->quiet, "no progress");
  command->callback(
      [options, &chosen] { chosen.action = [options] { return selftest(options->json, options->quiet); }; });
}

}  // namespace shootout::cli
