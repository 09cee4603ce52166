// For the tests: a small suite and runs whose answers are known.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "judge/judgement.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::judge {

/// Two contenders ("sync" is the baseline, "async") and two more on demand; the loads "clients" (5, 20 and
/// 100 at once, one call each) and "internal" (1 and 20 calls).
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
  for (const auto* name : {"low", "medium", "stress"}) suite.scenarios.push_back({name, name, request});
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
  suite.profiles = {{"quick", "narrow intervals", 3, {}}};
  return suite;
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

  suite::RunRecord record;
};

}  // namespace shootout::judge
