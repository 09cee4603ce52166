#include "judge/spike.h"

#include <gtest/gtest.h>

#include "judge/comparison.h"
#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

suite::Suite spike_suite() {
  auto suite = led_suite();
  auto& load = suite.loads[0];
  load.window.reset();
  load.phases = {{"10 connections", 10, 1},
                 {"500 connections", 500, 2, suite::Phase::Role::hold},
                 {"10 connections", 10, 2, suite::Phase::Role::cool_down}};
  return suite;
}

/// Six replicates of a and b; b answers twice as many, and recovers in every second replicate.
MadeUpRun spikes() {
  MadeUpRun run;
  for (int replicate = 1; replicate <= 6; ++replicate)
    for (const std::string name : {"a", "b"}) {
      auto& trial = run.trial("closed", "ping", name, replicate, 5);
      const double rate = (name == "a" ? 1000 : 2000) + 2 * replicate;
      trial.metrics["requests_per_second"] = rate;
      trial.metrics["requests"] = 1000;
      trial.metrics["shed"] = name == "a" ? 100 : 0;
      if (name == "a")
        trial.load_result = {{"errors", {{"timeout", 60}, {"status", 30}}}, {"unanswered", 10}};
      if (name == "a" || replicate % 2 == 0) trial.metrics["recovery_s"] = 0.1 * replicate;
      nlohmann::json hold{{"name", "500 connections"}, {"requests_per_second", rate}};
      if (replicate > 2) hold["p99_us"] = 1000.0 * replicate;
      trial.observed["phases"] = {
          {{"name", "10 connections"}, {"p99_us", 500}}, hold, nlohmann::json::object()};
    }
  return run;
}

const SpikeFigures& spike_in(const Judgement& judgement, const std::string& contender) {
  for (const auto& cell : judgement.cells)
    if (cell.contender == contender && cell.spike) return *cell.spike;
  static const SpikeFigures kNone;
  ADD_FAILURE() << "no spike of " << contender;
  return kNone;
}

TEST(Spike, HasItsPhasesWithTheReplicatesBehindThem) {
  const auto judgement = judge(spike_suite(), spikes().record);
  const auto& phases = spike_in(judgement, "a").phases;
  ASSERT_EQ(phases.size(), 3U);
  EXPECT_EQ(phases[0].p99_us->value, 500);
  EXPECT_EQ(phases[0].p99_us->n, 6);
  EXPECT_EQ(phases[1].p99_us->value, 4500);
  EXPECT_EQ(phases[1].p99_us->n, 4);  // two had fewer than ten values beyond it
  EXPECT_EQ(phases[1].role, suite::Phase::Role::hold);
  EXPECT_NEAR(phases[1].requests_per_second->value, 1007, 1e-9);
  EXPECT_FALSE(phases[2].p99_us);
}

TEST(Spike, SaysWhatWasShed) {
  const auto judgement = judge(spike_suite(), spikes().record);
  EXPECT_NEAR(spike_in(judgement, "a").shed_share->value, 0.1, 1e-12);
  EXPECT_EQ(spike_in(judgement, "a").shed_by_class,
            (std::map<std::string, double>{{"status", 180}, {"timeout", 360}, {"unanswered", 60}}));
  EXPECT_EQ(spike_in(judgement, "b").shed_share->value, 0);
  EXPECT_TRUE(spike_in(judgement, "b").shed_by_class.empty());
}

TEST(Spike, RecoversInSomeReplicates) {
  const auto judgement = judge(spike_suite(), spikes().record);
  EXPECT_NEAR(*spike_in(judgement, "b").recovery_s, 0.4, 1e-12);
  EXPECT_EQ(spike_in(judgement, "b").recovered, 3);
  EXPECT_EQ(spike_in(judgement, "b").replicates, 6);
  auto run = spikes();
  for (auto& trial : run.record.trials) trial.metrics.erase("recovery_s");
  const auto never = judge(spike_suite(), run.record);
  EXPECT_FALSE(spike_in(never, "b").recovery_s);
  EXPECT_EQ(spike_in(never, "b").recovered, 0);
}

TEST(Spike, IsJudgedByWhatDecides) {
  const auto judgement = judge(spike_suite(), spikes().record);
  const auto& verdict = judgement.verdicts.at(0);
  EXPECT_EQ(verdict.metric, "requests_per_second");
  EXPECT_EQ(verdict.baseline, "b");
  EXPECT_EQ(verdict.word, Word::slower);
  EXPECT_TRUE(judgement.summaries.empty());
  for (const auto& one : judgement.verdicts) EXPECT_NE(one.metric, "duration_s");
}

TEST(Spike, HasNoAverageEvenWithABaseline) {
  auto suite = spike_suite();
  suite.baseline = "a";
  const auto judgement = judge(suite, spikes().record);
  EXPECT_EQ(judgement.verdicts.at(0).word, Word::faster);
  EXPECT_TRUE(judgement.summaries.empty());
}

TEST(Spike, IsComparedWithAnotherRunsByItsRate) {
  const auto suite = spike_suite();
  EXPECT_EQ(metrics_compared(suite.loads[0]),
            (std::vector<std::string>{"requests_per_second", "cpu_us_per_request", "latency_p50_us",
                                      "latency_p95_us", "latency_p99_us", "pss_bytes"}));
  const auto before = spikes();
  auto after = spikes();
  for (auto& trial : after.record.trials) trial.metrics["requests_per_second"] *= 1.5;
  const auto comparison = compare(Evidence(suite, before.record), Evidence(suite, after.record));
  ASSERT_EQ(comparison.changes.size(), 2U);
  for (const auto& change : comparison.changes)
    EXPECT_EQ(change.word, ChangeWord::better) << change.contender;
}

}  // namespace
}  // namespace shootout::judge
