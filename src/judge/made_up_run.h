// For the tests: a small suite and runs whose answers are known.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/histogram_json.h"
#include "judge/judgement.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::judge {

/// Three replicates decide here. Two contenders ("sync" is the baseline, "async") and two more on demand; the
/// loads "clients" (5, 20 and 100 at once, one call each) and "internal" (1 and 20 calls).
inline suite::Suite small_suite() {
  suite::Suite suite;
  suite.name = "io";
  suite.contenders = {"sync", "async"};
  suite.also = {"sync-dev", "async-dev"};
  suite.baseline = "sync";
  suite.pairs = {{"sync-dev", "async-dev"}};
  suite.services = {{"upstream", "native", {{"native", "upstream"}, {"fastapi", "upstream-fastapi"}}}};
  suite::RequestSpec request;
  request.upstream_calls = "{calls}";
  for (const auto* name : {"low", "medium", "stress"}) suite.scenarios.push_back({name, name, request, {}});
  suite::Load clients;
  clients.name = "clients";
  clients.connections = "{clients}";
  clients.cells = {{"low", {{"clients", "5"}, {"delay", "1.0"}, {"calls", "1"}}},
                   {"medium", {{"clients", "20"}, {"delay", "0.5"}, {"calls", "1"}}},
                   {"stress", {{"clients", "100"}, {"delay", "0.2"}, {"calls", "1"}}}};
  clients.words = {{2, "Excellent"}, {1.5, "Good"}, {1.2, "Some"}, {0, "Similar"}};
  clients.recommendations = {{2, "Strong case"}, {0, "No case"}};
  suite::Load internal;
  internal.name = "internal";
  internal.connections = "1";
  internal.counts = "upstream calls";
  internal.cells = {{"low", {{"calls", "1"}, {"delay", "0.5"}}},
                    {"medium", {{"calls", "20"}, {"delay", "0.5"}}}};
  internal.words = {{5, "Excellent"}, {2, "Good"}, {0, "Similar"}};
  suite.loads = {clients, internal};
  suite.matrix = {{10, "Excellent"}, {5, "Strong"}, {2, "Candidate"}, {0, "Moderate"}};
  suite.profiles.resize(1);
  suite.profiles[0].name = "quick";
  suite.profiles[0].gives_up = "narrow intervals";
  suite.gates.replicates_to_decide = 3;
  return suite;
}

/// The same, where it takes six replicates to decide.
inline suite::Suite suite_of_six() {
  auto suite = small_suite();
  suite.gates.replicates_to_decide = 6;
  return suite;
}

/// Three contenders ("a" is the baseline), the scenario "ping", and two steady loads: "closed", and "open" at
/// 1,000 requests/s, which is decided by the p99 latency.
inline suite::Suite steady_suite() {
  suite::Suite suite;
  suite.name = "steady";
  suite.contenders = {"a", "b", "c"};
  suite.baseline = "a";
  suite.scenarios = {{"ping", "Ping", {}, {}}};
  suite::Load closed;
  closed.name = "closed";
  closed.connections = "50";
  closed.window = suite::Window{};
  closed.decides = "requests_per_second";
  closed.cells = {{"ping", {}}};
  suite::Load open = closed;
  open.name = "open";
  open.rate = "1000";
  open.decides = "latency_p99_us";
  suite.loads = {closed, open};
  return suite;
}

/// The same where the leader of each cell is the baseline, with the closed loop alone.
inline suite::Suite led_suite() {
  auto suite = steady_suite();
  suite.baseline = suite::kLeader;
  suite.loads.resize(1);
  return suite;
}

/// So many latencies from `from_us` on, each `step_us` more, as a trial's load_result has them.
inline nlohmann::json latencies_as_json(int count, double from_us, double step_us) {
  engine::Histogram histogram;
  for (int i = 0; i < count; ++i) histogram.record(static_cast<std::int64_t>(1e3 * (from_us + step_us * i)));
  return engine::to_json(histogram);
}

/// Says what the text was instead where it lacks `part`.
inline testing::AssertionResult mentions(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << part << "' is not in '" << text << "'";
}

inline testing::AssertionResult any_mentions(const std::vector<std::string>& texts, const std::string& part) {
  std::string all;
  for (const auto& text : texts) all += text + "\n";
  return mentions(all, part);
}

class MadeUpRun {
 public:
  MadeUpRun() {
    record.suite = "io";
    record.state = suite::RunState::finished;
    record.plan = {{"services", {{"upstream", "native"}}}, {"baseline", ""}};
    record.machine = {{"cores_allowed", {0, 1, 2, 3}}};
    record.contenders = {
        {"sync", {{"title", "Flask/Gunicorn"}, {"workers", 4}, {"threads", 2}, {"slots", 8}}},
        {"async", {{"title", "Quart/Hypercorn"}, {"workers", 4}}}};
  }

  /// One valid trial; more is set on what is returned, until the next trial is added.
  suite::TrialRecord& trial(const std::string& load, const std::string& scenario,
                            const std::string& contender, int replicate, double duration_s, int block = 1) {
    suite::TrialRecord trial;
    trial.number = static_cast<int>(record.trials.size()) + 1;
    trial.load = load;
    trial.scenario = scenario;
    trial.contender = contender;
    trial.replicate = replicate;
    trial.block = block;
    trial.metrics = {{"duration_s", duration_s}, {"success_rate", 1}, {"requests", 1}, {"errors", 0}};
    return record.trials.emplace_back(std::move(trial));
  }

  /// The baseline takes `ratio` seconds and the contender one, in one replicate after the other.
  void pair(const std::string& load, const std::string& scenario, const std::vector<double>& ratios,
            const std::string& baseline = "sync", const std::string& contender = "async") {
    int replicate = 0;
    for (const double ratio : ratios) {
      trial(load, scenario, baseline, ++replicate, ratio);
      trial(load, scenario, contender, replicate, 1);
    }
  }

  /// A steady load's trials: `rates` of each replicate's blocks.
  void steady(const std::string& contender, const std::vector<std::vector<double>>& rates,
              const std::string& load = "closed", const std::string& metric = "requests_per_second") {
    int replicate = 0;
    for (const auto& blocks : rates) {
      ++replicate;
      int block = 0;
      for (const double rate : blocks)
        trial(load, "ping", contender, replicate, 0.5, ++block).metrics[metric] = rate;
    }
  }

  suite::RunRecord record;
};

/// Ten replicates of four blocks around `rate`: a replicate is off by up to +-`spread`, in a pattern that has
/// neither mean nor trend; the blocks within it alternate by +-2 %.
inline std::vector<std::vector<double>> ten_replicates(double rate, double spread, unsigned shift = 0) {
  constexpr std::array kPattern{0.3, -1.0, 0.9, -0.2, -0.6, 1.0, 0.1, -0.9, 0.7, -0.3};
  std::vector<std::vector<double>> rates;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const double its = rate * std::exp(spread * kPattern[(i + shift) % kPattern.size()]);
    rates.push_back({its * 1.02, its / 1.02, its * 1.02, its / 1.02});
  }
  return rates;
}

}  // namespace shootout::judge
