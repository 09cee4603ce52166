#include "judge/judgement.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

const CellFigures& cell_of(const Judgement& judgement, const std::string& scenario,
                           const std::string& contender) {
  for (const auto& cell : judgement.cells)
    if (cell.scenario == scenario && cell.contender == contender) return cell;
  static const CellFigures kNone;
  ADD_FAILURE() << "no figures of " << contender << " in " << scenario;
  return kNone;
}

TEST(Cells, AverageBlocksWithinAReplicateFirst) {
  MadeUpRun run;
  run.trial("clients", "low", "sync", 1, 1.0, 1);
  run.trial("clients", "low", "sync", 1, 3.0, 2);
  run.trial("clients", "low", "sync", 2, 4.0, 1);
  run.trial("clients", "low", "sync", 2, 99.0, 2).valid = false;
  const auto judgement = judge(small_suite(), run.record);
  const auto& cell = cell_of(judgement, "low", "sync");
  EXPECT_EQ(cell.trials, 4);
  EXPECT_EQ(cell.valid, 3);
  EXPECT_EQ(cell.metrics.at("duration_s").n, 2);
  EXPECT_NEAR(cell.metrics.at("duration_s").value, 3, 1e-9);
  EXPECT_FALSE(cell.metrics.contains("pss_bytes"));
}

TEST(Limits, CountTheRoundsOfTheSlotsAndOfTheFullestWorker) {
  MadeUpRun run;
  auto& first = run.trial("clients", "medium", "sync", 1, 2.6);
  first.observed = {{"connections_by_worker", {{"101", 9}, {"102", 5}, {"103", 4}, {"104", 2}}}};
  first.metrics["upstream_peak"] = 8;
  const auto limit = [&] {
    const auto judgement = judge(small_suite(), run.record);
    return cell_of(judgement, "medium", "sync").limit;
  };
  EXPECT_EQ(
      limit(),
      "slot bound: 8 slots (4 workers x 2 threads) x 0.5 s: 20 clients need at least 3 rounds (1.5 s); the "
      "fullest worker held 9 connections: 5 rounds (2.5 s); at most 8 calls waited at once");
  run.trial("clients", "medium", "sync", 2, 2.1).observed = {
      {"connections_by_worker", {{"201", 7}, {"202", 13}}}};
  EXPECT_TRUE(mentions(limit(), "held 9 to 13 connections: 5 to 7 rounds (2.5 to 3.5 s)"));
}

TEST(Limits, TellFromTheCountersWhetherCallsWaitedTogether) {
  MadeUpRun run;
  run.trial("internal", "medium", "sync", 1, 10.1).metrics["upstream_peak"] = 1;
  run.trial("internal", "medium", "async", 1, 0.6).metrics["upstream_peak"] = 20;
  auto judgement = judge(small_suite(), run.record);
  EXPECT_EQ(cell_of(judgement, "medium", "sync").limit, "one after the other: 20 x 0.5 s = 10 s");
  EXPECT_EQ(cell_of(judgement, "medium", "async").limit, "all 20 calls at once: at least 0.5 s");
  EXPECT_EQ(judgement.verdicts.at(0).cause,
            "Flask/Gunicorn: one after the other: 20 x 0.5 s = 10 s. Quart/Hypercorn: all 20 calls at once: "
            "at least "
            "0.5 s");
  run.record.trials[1].metrics["upstream_peak"] = 13;
  judgement = judge(small_suite(), run.record);
  EXPECT_EQ(cell_of(judgement, "medium", "async").limit, "of 20 calls at most 13 waited at once");
}

TEST(Limits, AreSilentWhereNothingWasCounted) {
  MadeUpRun run;
  run.trial("internal", "medium", "sync", 1, 10.1);
  const auto judgement = judge(small_suite(), run.record);
  EXPECT_EQ(cell_of(judgement, "medium", "sync").limit, "");
}

TEST(Limits, OfASteadyLoadAreTheCoresOrTheSlots) {
  auto suite = steady_suite();
  suite.scenarios[0].request.upstream_calls = "1";
  suite.loads[0].cells = {{"ping", {{"delay", "0.5"}}}};
  MadeUpRun run;
  run.steady("sync", ten_replicates(16, 0));
  run.record.contenders["sync"]["python"] = "3.11";
  run.record.plan["pinning"] = {{"servers", {0, 1}}};
  const auto limit = [&] { return cell_of(judge(suite, run.record), "ping", "sync").limit; };
  EXPECT_EQ(limit(), "slot bound: 8 slots (4 workers x 2 threads) x 0.5 s: at most 16 requests/s");
  for (auto& trial : run.record.trials) trial.metrics["cpu_percent"] = 194;
  EXPECT_EQ(limit(), "CPU bound: 97 % of the 2 cores that it can use");
  run.record.contenders["sync"]["workers"] = 1;
  for (auto& trial : run.record.trials) trial.metrics["cpu_percent"] = 98;
  EXPECT_EQ(limit(), "CPU bound: 98 % of the core that it can use");
}

TEST(Resources, AreTotalsOfEachReplicate) {
  MadeUpRun run;
  auto& longer = run.trial("clients", "low", "sync", 1, 3);
  longer.metrics["cpu_percent"] = 10;
  longer.metrics["pss_bytes"] = 70e6;
  longer.observed = {{"services", {{"upstream", {{"cpu_percent", 2.0}, {"pss_bytes", 5e6}}}}}};
  auto& shorter = run.trial("clients", "medium", "sync", 1, 1);
  shorter.metrics["cpu_percent"] = 50;
  shorter.metrics["pss_bytes"] = 90e6;
  const auto judgement = judge(small_suite(), run.record);
  ASSERT_EQ(judgement.resources.size(), 2u);
  EXPECT_NEAR(judgement.resources[0].cpu_load_percent->value, 20, 1e-9);  // (3 * 10 + 1 * 50) / 4
  EXPECT_NEAR(judgement.resources[0].pss_bytes->value, 90e6, 1);
  EXPECT_FALSE(judgement.resources[0].cpu_idle_percent);
  EXPECT_EQ(judgement.resources[1].contender, "upstream");
  EXPECT_NEAR(judgement.resources[1].cpu_load_percent->value, 2, 1e-9);
}

TEST(Resources, NameTheMakeOfAServiceThatWasUsed) {
  MadeUpRun run;
  run.trial("clients", "low", "sync", 1, 1).observed = {{"services", {{"upstream", {{"cpu_percent", 7.0}}}}}};
  run.record.plan["services"]["upstream"] = "fastapi";
  EXPECT_EQ(judge(small_suite(), run.record).resources.at(1).contender, "upstream-fastapi");
}

TEST(Warnings, NameWhatWeakensTheRun) {
  MadeUpRun run;
  for (const auto* scenario : {"low", "medium"}) run.pair("clients", scenario, {2, 2, 2});
  run.record.trials[0].valid = false;
  run.record.state = suite::RunState::interrupted;
  run.record.profile = "quick";
  run.record.plan["trials"] = 30;
  run.record.machine["cores_allowed"] = {0, 1};
  const auto judgement = judge(suite_of_six(), run.record);
  EXPECT_EQ(judgement.planned, 30);
  EXPECT_EQ(judgement.finished, 12);
  for (const auto* part : {"interrupted after 12 of 30 trials", "1 of 12 trials is void", "3 replicates",
                           "fewer than 6 decide nothing", "2 cores", "gives up: narrow intervals",
                           "the average is over 1 of 3 scenarios"})
    EXPECT_TRUE(any_mentions(judgement.warnings, part));
}

TEST(Warnings, AreNoneForASoundRun) {
  MadeUpRun run;
  for (const auto* scenario : {"low", "medium", "stress"}) run.pair("clients", scenario, {2, 2, 2, 2, 2, 2});
  EXPECT_TRUE((judge(small_suite(), run.record).warnings).empty());
}

TEST(Judgement, OfAnEmptyRunIsEmpty) {
  const MadeUpRun run;
  const auto judgement = judge(small_suite(), run.record);
  EXPECT_TRUE(judgement.cells.empty() && judgement.verdicts.empty() && judgement.summaries.empty());
  EXPECT_TRUE((judgement.resources).empty());
}

}  // namespace
}  // namespace shootout::judge
