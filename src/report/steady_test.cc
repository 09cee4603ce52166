// The report of steady loads: what the judge finds in made-up trials, as a person reads it.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "judge/made_up_run.h"
#include "report/golden_for_tests.h"
#include "report/report.h"

namespace shootout::report {
namespace {

/// Three contenders in a closed loop: b and c cannot be told apart, a is slower. Precise enough for 5 %, not
/// for 2 %.
struct SteadyExample {
  SteadyExample() {
    suite = judge::steady_suite();
    suite.title = "Steady loads";
    suite.question = "Which answers most?";
    suite.loads[0].title = "fifty connections";
    suite.loads[0].question = "How many requests a second does it answer?";
    run.steady("a", judge::ten_replicates(1000, 0.02));
    run.steady("b", judge::ten_replicates(1500, 0.03, 2));
    run.steady("c", judge::ten_replicates(1510, 0.03, 5));
    std::ranges::stable_sort(run.record.trials, {}, &suite::TrialRecord::replicate);
    double now = 0;
    for (auto& trial : run.record.trials) {
      const double rate = trial.metrics["requests_per_second"];
      trial.metrics["cpu_us_per_request"] = 900e3 / rate;
      trial.metrics["latency_mean_us"] = 50e6 / rate;
      trial.run_s = now += trial.block == 1 && trial.contender == "a" ? 12 : 1.5;
      trial.gates = {{"environment", "steal_percent", 0.1 * trial.replicate, 10, true, ""},
                     {"generator", "ceiling_ratio", 9000 / rate, 2, true, ""}};
    }
    run.record.id = "2026-11-22-153012-steady-4f2a";
    run.record.plan.update(
        {{"precision", 0.02}, {"blocks", 4}, {"replicates", 10}, {"contenders", {"a", "b", "c"}}});
    for (const char* name : {"a", "b", "c"})
      run.record.contenders[name] = {{"title", std::string("Stack ") + name},
                                     {"workers", name[0] == 'a' ? 4 : 1}};
  }
  [[nodiscard]] std::string text() const {
    return terminal(suite, run.record, judge::judge(suite, run.record), {});
  }
  suite::Suite suite;
  judge::MadeUpRun run;
};

/// Wherever the lines of the text break.
bool says(std::string text, const std::string& part) {
  std::ranges::replace(text, '\n', ' ');
  return text.find(part) != std::string::npos;
}

TEST(SteadyReport, Golden) {
  expect_golden("steady.txt", SteadyExample().text());
}

TEST(SteadyReport, RanksOnlyWhatCameToRest) {
  SteadyExample example;
  for (auto& trial : example.run.record.trials)
    if (trial.contender == "c") trial.metrics["requests_per_second"] *= 1 - 0.07 * trial.block;
  const auto text = example.text();
  EXPECT_TRUE(says(text, "Stack c: no steady state: requests/s fell"));
  EXPECT_FALSE(says(text, "Stack c (rank"));
}

TEST(SteadyReport, OfTwoContendersIsOneTable) {
  SteadyExample example;
  std::erase_if(example.run.record.trials, [](const auto& trial) { return trial.contender == "c"; });
  const auto text = example.text();
  EXPECT_TRUE(says(text, "Metric (n = 10)"));
  EXPECT_TRUE(says(text, "CPU a request "));
  EXPECT_TRUE(says(text, "Stack b is faster than Stack a, 1.5"));
  EXPECT_FALSE(says(text, "Rank"));
  EXPECT_TRUE(says(text, "interval at 96.5"));  // it was watched until it was narrow
  example.run.record.plan.erase("precision");
  EXPECT_FALSE(says(example.text(), "interval at"));  // 95 %
  EXPECT_TRUE(says(text, "decided by requests/s; CPU a request says the same."));
}

TEST(SteadyReport, OfAnOpenLoopLeadsWithTheLatencies) {
  SteadyExample example;
  for (auto& trial : example.run.record.trials) trial.load = "open";
  example.suite.loads[1].decides = "latency_mean_us";
  const auto text = example.text();
  EXPECT_LT(text.find("response"), text.find("Requests/s"));
  EXPECT_FALSE(says(text, "each contender sets its own rate"));
}

TEST(SteadyReport, SaysWhenThePrecisionWasReached) {
  SteadyExample example;
  example.run.record.plan["precision"] = 0.05;
  EXPECT_TRUE(says(example.text(), "(+-5 % was wanted)"));
  example.run.record.plan["precision"] = 0;
  EXPECT_TRUE(says(example.text(), "as precise as"));
}

TEST(SteadyReport, CarriesItsFiguresInTheJson) {
  const SteadyExample example;
  const auto document = nlohmann::json::parse(
      json(example.suite, example.run.record, judge::judge(example.suite, example.run.record)));
  const auto& verdict = document["verdicts"][0];
  EXPECT_EQ(verdict["metric"], "requests_per_second");
  EXPECT_DOUBLE_EQ(verdict["margin"], 1.03);
  EXPECT_GE(verdict["confidence"], 0.95);
  EXPECT_EQ(verdict["robust"]["n"], 10);
  EXPECT_GT(verdict["detectable"], 1);
  EXPECT_EQ(verdict["decided_by"], "requests/s; CPU a request says the same");
  EXPECT_EQ(verdict["differs"][0], "Worker processes: 4, 1");
  EXPECT_EQ(document["figures"][0]["rank"]["low"], 3);
  EXPECT_EQ(document["progress"][0]["replicates"], 10);
  EXPECT_GT(document["progress"][0]["more_s"], 0);
  EXPECT_EQ(document["trials"][0]["gates"][0]["figure"], "steal_percent");
  EXPECT_EQ(document["trials"][0]["run_s"], 12);
  EXPECT_FALSE(document["ledger"].empty());
  EXPECT_TRUE(document["ledger"][0].contains("live"));
}

}  // namespace
}  // namespace shootout::report
