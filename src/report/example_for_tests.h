// A made-up run of the io suite, for the report's tests: every figure is invented, every shape is real.
#pragma once

#include <string>
#include <vector>

#include "judge/judgement.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::report {

struct Example {
  suite::Suite suite;
  suite::RunRecord run;
  judge::Judgement judgement;
};

inline stats::Estimate estimate(double value, double low, double high, int n = 3) {
  return {value, low, high, n};
}
inline stats::Estimate single(double value) {
  return {value, std::nullopt, std::nullopt, 1};
}

inline suite::Suite example_suite() {
  suite::Suite suite;
  suite.name = "io";
  suite.title = "Production I/O benchmark";
  suite.question =
      "Flask on Gunicorn (WSGI) or Quart on Hypercorn (ASGI), where the work is waiting for others?";
  suite.contenders = {"flask-gunicorn", "quart-hypercorn"};
  suite.baseline = "flask-gunicorn";
  suite.scenarios = {
      {"baseline", "Baseline", {}, {}}, {"medium", "Medium", {}, {}}, {"stress", "Stress", {}, {}}};
  suite::Load clients;
  clients.name = "clients";
  clients.title = "N clients at once, one upstream call each";
  clients.question = "How many users can it serve at once?";
  clients.counts = "client requests";
  clients.cells = {{"baseline", {{"clients", "5"}, {"calls", "1"}, {"delay", "1.0"}}},
                   {"medium", {{"clients", "20"}, {"calls", "1"}, {"delay", "0.5"}}},
                   {"stress", {{"clients", "100"}, {"calls", "1"}, {"delay", "0.2"}}}};
  suite::Load internal;
  internal.name = "internal";
  internal.title = "one client request that makes N upstream calls";
  internal.question = "How fast is one request that gathers from many sources?";
  internal.counts = "upstream calls";
  internal.cells = {{"medium", {{"calls", "10"}, {"delay", "1.0"}}}};
  suite.loads = {clients, internal};
  suite.profiles.resize(1);
  suite.profiles[0].name = "quick";
  suite.profiles[0].gives_up = "three replicates only: intervals are wide";
  suite.gates.replicates_to_decide = 3;
  return suite;
}

/// A cell of the example: its requests, and each contender's seconds in the first replicate.
struct ExampleCell {
  const char* load;
  const char* scenario;
  int requests;
  int calls;
  double flask_s, quart_s;
};

inline const std::vector<ExampleCell>& example_cells() {
  static const std::vector<ExampleCell> cells{{"clients", "baseline", 5, 1, 1.04, 1.02},
                                              {"clients", "medium", 20, 1, 2.876, 0.623},
                                              {"internal", "medium", 1, 10, 10.234, 1.156}};
  return cells;
}

inline suite::TrialRecord example_trial(const ExampleCell& cell, bool flask, int number, int replicate) {
  suite::TrialRecord trial;
  trial.number = number;
  trial.contender = flask ? "flask-gunicorn" : "quart-hypercorn";
  trial.scenario = cell.scenario;
  trial.load = cell.load;
  trial.replicate = replicate;
  trial.block = 1;
  trial.position = flask ? 1 : 2;
  trial.started_at = "2026-11-22T15:30:12Z";
  const double duration = (flask ? cell.flask_s : cell.quart_s) * (1 + 0.01 * (replicate - 1));
  const double calls = cell.requests * cell.calls;
  trial.metrics = {{"duration_s", duration},
                   {"requests_per_second", calls / duration},
                   {"latency_mean_us", duration * 0.8e6},
                   {"latency_p50_us", duration * 0.7e6},
                   {"success_rate", 1},
                   {"requests", static_cast<double>(cell.requests)},
                   {"errors", 0},
                   {"cpu_percent", flask ? 12.5 : 9.5},
                   {"upstream_calls", calls},
                   {"upstream_calls_claimed", calls},
                   {"upstream_peak", flask ? std::min(8, cell.requests) : calls}};
  trial.run_s = 10 + 4 * number;
  trial.gates = {{"verification", "errors_percent", 0, 0, true, ""},
                 {"generator", "generator_cpu_percent", 10.0 + number, 80, true, ""},
                 {"environment", "others_cpu_percent", 0.5 * number, 25, true, ""}};
  return trial;
}

inline judge::CellFigures example_figures(const ExampleCell& cell, bool flask) {
  judge::CellFigures figures;
  figures.load = cell.load;
  figures.scenario = cell.scenario;
  figures.contender = flask ? "flask-gunicorn" : "quart-hypercorn";
  figures.trials = figures.valid = 3;
  const double duration = flask ? cell.flask_s : cell.quart_s;
  const auto around = [](double value, double share) {
    return estimate(value, value * (1 - share), value * (1 + share));
  };
  figures.metrics = {{"duration_s", around(duration, 0.03)},
                     {"requests_per_second", around(cell.requests * cell.calls / duration, 0.03)},
                     {"latency_mean_us", around(duration * 0.8e6, 0.02)},
                     {"latency_p50_us", around(duration * 0.7e6, 0.02)},
                     {"success_rate", estimate(1, 1, 1)},
                     {"requests", estimate(cell.requests, cell.requests, cell.requests)},
                     {"workers_serving", around(flask ? 3.7 : 4, flask ? 0.1 : 0)},
                     {"fullest_worker_share", around(flask ? 0.41 : 0.3, 0.2)}};
  return figures;
}

inline void add_verdicts(const ExampleCell& cell, judge::Judgement& judgement) {
  const double ratio = cell.flask_s / cell.quart_s;
  const double spread = ratio < 1.2 ? 0.05 : 0.02;
  for (const char* metric : {"duration_s", "latency_mean_us", "requests_per_second"}) {
    judge::Verdict verdict;
    verdict.load = cell.load;
    verdict.scenario = cell.scenario;
    verdict.contender = "quart-hypercorn";
    verdict.baseline = "flask-gunicorn";
    verdict.metric = metric;
    verdict.ratio = estimate(ratio, ratio * (1 - spread), ratio * (1 + spread));
    verdict.robust = estimate(ratio * 1.01, ratio * (1 - spread), ratio * (1 + 1.1 * spread));
    verdict.detectable = 1 + 1.5 * spread;
    verdict.word = ratio < 1.2 ? judge::Word::inconclusive : judge::Word::faster;
    if (ratio < 1.2) verdict.note = "differences under 7.5 % would not have been found";
    if (verdict.metric == "duration_s") {
      verdict.says =
          ratio < 1.2 ? "Similar performance" : "Excellent! Handles significantly more concurrent clients";
      verdict.differs = {"keep-alive: 2, 5"};
      if (ratio > 1.2)
        verdict.cause = "Flask/Gunicorn: 8 slots (4 workers x 2 threads) x 0.5 s: 20 clients need 3 rounds";
    }
    judgement.verdicts.push_back(verdict);
  }
}

inline judge::Judgement example_judgement() {
  judge::Judgement judgement;
  for (const auto& cell : example_cells()) {
    judgement.cells.push_back(example_figures(cell, true));
    judgement.cells.push_back(example_figures(cell, false));
    add_verdicts(cell, judgement);
  }
  judgement.summaries = {{.load = "clients",
                          .contender = "quart-hypercorn",
                          .baseline = "flask-gunicorn",
                          .average = estimate(2.82, 2.61, 3.05),
                          .maximum = estimate(4.62, 4.52, 4.71),
                          .minimum = estimate(1.02, 0.97, 1.07),
                          .word = judge::Word::faster,
                          .maximum_scenario = "medium",
                          .minimum_scenario = "baseline",
                          .scenarios = 2,
                          .of = 3,
                          .matrix_row = "2 to 5x: Good candidate - plan gradual migration",
                          .recommendation = "Strong case for migrating to Quart/Hypercorn (ASGI)"},
                         {.load = "internal",
                          .contender = "quart-hypercorn",
                          .baseline = "flask-gunicorn",
                          .average = estimate(8.85, 8.68, 9.03),
                          .maximum = estimate(8.85, 8.68, 9.03),
                          .minimum = estimate(8.85, 8.68, 9.03),
                          .word = judge::Word::faster,
                          .maximum_scenario = "medium",
                          .minimum_scenario = "medium",
                          .scenarios = 1,
                          .of = 1,
                          .matrix_row = "5 to 10x: Strong case - prioritize migration",
                          .recommendation = "Strong case for migrating to Quart/Hypercorn (ASGI)"}};
  judgement.claims = {
      {"Flask/Gunicorn is limited to ~8 calls at once (4 workers x 2 threads)", "seed 002",
       judge::Holds::held, "at most 8 calls waited at once (6 trials)"},
      {"Average speed-up 10 to 15x in production", "seed 001", judge::Holds::did_not_hold,
       "8.85x [8.68, 9.03], n = 3"},
      {"Higher concurrency, higher speed-up", "seed 001", judge::Holds::could_not_tell, "one scenario only"}};
  judgement.advice = {
      {"Migration", "Start small: convert one endpoint", "average 2.82x [2.61, 3.05], n = 3"},
      {"When to use Hypercorn + Quart (ASGI)", "High concurrency needs", "Medium 4.62x, n = 3"}};
  judgement.resources = {
      {"flask-gunicorn", estimate(0.12, -0.1, 0.34), estimate(12.5, 11.2, 13.8),
       estimate(2.1e8, 2.05e8, 2.15e8), estimate(3.3e8, 3.2e8, 3.4e8), estimate(1834, 1710, 1958)},
      {"quart-hypercorn", estimate(0.05, 0.01, 0.09), estimate(9.5, 8.1, 10.9),
       estimate(1.4e8, 1.38e8, 1.42e8), estimate(2.6e8, 2.5e8, 2.7e8), estimate(2210, 2100, 2320)},
      {"upstream", std::nullopt, estimate(1.5, 1.2, 1.8), std::nullopt, estimate(6.1e6, 6.0e6, 6.2e6),
       std::nullopt}};
  judgement.ledger = {
      {"slots", {{"flask-gunicorn", "8 (4 workers x 2 threads)"}, {"quart-hypercorn", "event loop"}}},
      {"keep-alive", {{"flask-gunicorn", "2"}, {"quart-hypercorn", "5"}}, true, false},
      {"backlog", {{"flask-gunicorn", "2048"}, {"quart-hypercorn", "2048"}}, false, true},
      {"parser", {{"flask-gunicorn", "its own"}}}};
  judgement.warnings = {"3 replicates: intervals are wide (t with 2 degrees of freedom)"};
  judgement.planned = judgement.finished = 18;
  return judgement;
}

/// Two contenders, two loads, three replicates; everything valid.
inline Example example() {
  Example example{.suite = example_suite(), .run = {}, .judgement = example_judgement()};
  auto& run = example.run;
  run.id = "2026-11-22-153012-io-4f2a";
  run.suite = "io";
  run.profile = "quick";
  run.seed = 18446744073709551615U;
  run.started_at = "2026-11-22T15:30:12Z";
  run.ended_at = "2026-11-22T15:33:40Z";
  run.state = suite::RunState::finished;
  run.plan = {
      {"contenders", {"flask-gunicorn", "quart-hypercorn"}},
      {"replicates", 3},
      {"shootout", "0.1.0"},
      {"services", {{"upstream", "native"}}},
      {"ports", "free"},
      {"pinning", {{"generator", {1}}, {"servers", {0}}, {"note", "two cores: the servers share one"}}}};
  run.machine = {{"kernel", "6.1.0"}, {"cpu", "Example CPU"}, {"cores", 2}, {"memory_bytes", 8321499136}};
  run.contenders = {{"flask-gunicorn",
                     {{"title", "Flask/Gunicorn"},
                      {"command", {"/somewhere/bin/gunicorn", "--workers", "4"}},
                      {"python", "3.11.2"},
                      {"packages", {{"flask", "3.1.3"}, {"gunicorn", "27.0.1"}}}}},
                    {"quart-hypercorn",
                     {{"title", "Quart/Hypercorn"},
                      {"command", {"/somewhere/bin/hypercorn", "--workers", "4"}},
                      {"python", "3.11.2"},
                      {"packages", {{"hypercorn", "0.18.0"}, {"quart", "0.22.0"}}}}},
                    {"upstream", {{"title", "I/O simulator"}, {"provides", "upstream"}}}};
  int number = 0;
  for (int replicate = 1; replicate <= 3; ++replicate) {
    for (const auto& cell : example_cells()) {
      run.trials.push_back(example_trial(cell, true, ++number, replicate));
      run.trials.push_back(example_trial(cell, false, ++number, replicate));
    }
  }
  return example;
}

}  // namespace shootout::report
