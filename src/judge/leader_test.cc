#include "judge/leader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "judge/decision.h"
#include "judge/made_up_run.h"
#include "judge/progress.h"
#include "judge/verdicts.h"
#include "stats/precision.h"
#include "stats/student.h"

namespace shootout::judge {
namespace {

std::string leader_in(const suite::Suite& suite, const MadeUpRun& run) {
  return leader_of(Evidence(suite, run.record), suite.loads[0], suite.scenarios[0]);
}

/// b leads; c is near it, a is far off.
MadeUpRun three() {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0.02));
  run.steady("b", ten_replicates(151, 0.02, 2));
  run.steady("c", ten_replicates(150, 0.02, 5));
  return run;
}

TEST(Leader, HasTheBestMeanAndIsTheBaselineOfTheOthers) {
  const auto run = three();
  const auto judgement = judge(led_suite(), run.record);
  int verdicts = 0;
  for (const auto& verdict : judgement.verdicts) {
    if (verdict.metric != "requests_per_second") continue;
    ++verdicts;
    EXPECT_EQ(verdict.baseline, "b");
    EXPECT_EQ(verdict.word, verdict.contender == "a" ? Word::slower : Word::equivalent) << verdict.contender;
  }
  EXPECT_EQ(verdicts, 2);
  for (const auto& cell : judgement.cells) EXPECT_EQ(cell.leads, cell.contender == "b") << cell.contender;
}

TEST(Leader, IsTheLeastWhereLessIsBetter) {
  auto suite = led_suite();
  suite.loads[0].decides = "cpu_us_per_request";
  MadeUpRun run;
  for (const auto* name : {"a", "b", "c"})
    run.steady(name, ten_replicates(name[0] == 'c' ? 400 : 500, 0.01), "closed", "cpu_us_per_request");
  EXPECT_EQ(leader_in(suite, run), "c");
}

TEST(Leader, CameToRest) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  auto slowing = ten_replicates(150, 0);
  for (auto& blocks : slowing) blocks = {190, 170, 150, 130};
  run.steady("b", slowing);
  EXPECT_EQ(leader_in(led_suite(), run), "a");
  std::erase_if(run.record.trials, [](const auto& trial) { return trial.contender == "a"; });
  EXPECT_EQ(leader_in(led_suite(), run), "b");  // nobody did
}

TEST(Leader, IsNotOneOfALuckyReplicate) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  auto once = ten_replicates(500, 0);
  once.resize(1);
  run.steady("b", once);
  EXPECT_EQ(leader_in(led_suite(), run), "a");
  for (auto& trial : run.record.trials) trial.valid = trial.replicate == 1;
  EXPECT_EQ(leader_in(led_suite(), run), "b");  // nobody has more
}

TEST(Leader, CountsValidTrialsOnly) {
  auto run = three();
  for (auto& trial : run.record.trials) trial.valid = trial.contender != "b";
  EXPECT_EQ(leader_in(led_suite(), run), "c");
  for (auto& trial : run.record.trials) trial.valid = false;
  EXPECT_EQ(leader_in(led_suite(), run), "");
  EXPECT_TRUE(judge(led_suite(), run.record).verdicts.empty());
}

TEST(Leader, IsChosenInEachCell) {
  auto suite = led_suite();
  suite.scenarios.push_back({"json", "Json", {}, {}});
  suite.loads[0].cells["json"] = {};
  auto run = three();
  for (auto trial : three().record.trials) {
    trial.scenario = "json";
    trial.metrics["requests_per_second"] = 1e4 / trial.metrics["requests_per_second"];
    run.record.trials.push_back(trial);
  }
  std::map<std::string, std::string> leaders;
  for (const auto& verdict : judge(suite, run.record).verdicts) leaders[verdict.scenario] = verdict.baseline;
  EXPECT_EQ(leaders, (std::map<std::string, std::string>{{"json", "a"}, {"ping", "b"}}));
}

TEST(Leader, SharesTheErrorRateAmongAllPairs) {
  const auto run = three();
  const auto suite = led_suite();
  const Evidence evidence(suite, run.record);
  EXPECT_EQ(evidence.pairs(suite.loads[0], suite.scenarios[0]).size(), 2U);
  EXPECT_EQ(evidence.family(suite.loads[0], suite.scenarios[0]).size(), 3U);
  std::vector<double> levels;
  for (const auto& verdict : judge(suite, run.record).verdicts)
    if (verdict.metric == "requests_per_second") levels.push_back(1 - verdict.confidence);
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_LE(levels[0],
            0.05 / 2 + 1e-9);          // a, far off: of three pairs the first or the second that Holm rejects
  EXPECT_NEAR(levels[1], 0.05, 1e-9);  // c, near it: the last
}

/// Six contenders that are all the same, in eight replicates.
MadeUpRun six_alike(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, 0.1);
  MadeUpRun run;
  for (const auto* name : {"a", "b", "c", "d", "e", "f"}) {
    std::vector<std::vector<double>> rates;
    for (int replicate = 0; replicate < 8; ++replicate) rates.push_back({100 * std::exp(noise(random))});
    run.steady(name, rates);
  }
  return run;
}

TEST(Leader, IsHonestThoughItIsChosenFromTheSameFigures) {
  const auto suite = led_suite();
  constexpr int kRuns = 600;
  int wrong = 0, wrong_of_few = 0;
  for (unsigned seed = 1; seed <= kRuns; ++seed) {
    const auto run = six_alike(seed);
    const Evidence evidence(suite, run.record);
    bool any = false;
    for (const auto& verdict : verdicts_of(evidence, suite.loads[0], suite.scenarios[0], {}))
      any |= verdict.metric == "requests_per_second" && (*verdict.ratio.high < 1 || *verdict.ratio.low > 1);
    wrong += any ? 1 : 0;
    // As if the leader had been named beforehand.
    std::vector<std::vector<double>> family;
    for (const auto& pair : evidence.pairs(suite.loads[0], suite.scenarios[0]))
      family.push_back(logs_of(evidence.improvement("closed", "ping", pair, "requests_per_second")));
    any = false;
    for (const auto& decision : decide(family, Rules{})) any |= *decision.ratio.high < 1;
    wrong_of_few += any ? 1 : 0;
  }
  EXPECT_LE(wrong, kRuns * 0.07);         // 5 %, and the scatter of 600 runs
  EXPECT_GT(wrong_of_few, kRuns * 0.07);  // which is why
}

TEST(Leader, HasNoAverageOverScenarios) {
  auto suite = small_suite();
  MadeUpRun run;
  run.pair("clients", "low", {2, 2.1, 2.2});
  ASSERT_FALSE(judge(suite, run.record).summaries.empty());
  suite.baseline = suite::kLeader;
  const auto judgement = judge(suite, run.record);
  EXPECT_TRUE(judgement.summaries.empty());
  ASSERT_FALSE(judgement.verdicts.empty());
  EXPECT_EQ(judgement.verdicts[0].baseline, "async");
  for (const auto& warning : judgement.warnings) EXPECT_FALSE(mentions(warning, "average")) << warning;
}

TEST(Leader, LeavesAnotherBaselineAlone) {
  auto run = three();
  run.record.plan["baseline"] = "c";
  for (const auto& verdict : judge(led_suite(), run.record).verdicts) EXPECT_EQ(verdict.baseline, "c");
}

TEST(Leader, IsWhatProgressIsHeldAgainst) {
  auto run = three();
  run.record.plan["blocks"] = 4;
  const auto suite = led_suite();
  const auto all = progress_of(Evidence(suite, run.record), 0.05);
  ASSERT_EQ(all.size(), 1U);
  const Evidence evidence(suite, run.record);
  double widest = 0;
  for (const auto& pair : evidence.pairs(suite.loads[0], suite.scenarios[0]))
    widest = std::max(
        widest,
        stats::precision_of(logs_of(evidence.improvement("closed", "ping", pair, "requests_per_second")),
                            1 - (1 - stats::kWatchedConfidence) / 3));
  EXPECT_DOUBLE_EQ(all[0].half_width, widest);
  EXPECT_TRUE(all[0].precise);
}

TEST(Leader, WaitsForNobodyWhoIsNotInTheCell) {
  auto suite = led_suite();
  suite.scenarios.push_back({"json", "Json", {}, {}});
  suite.loads[0].cells["json"] = {};
  auto run = three();
  run.record.plan["blocks"] = 4;
  for (auto trial : three().record.trials) {
    trial.scenario = "json";
    if (trial.contender != "a") run.record.trials.push_back(trial);
  }
  const auto all = progress_of(Evidence(suite, run.record), 0.05);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[1].precise);
  // The same of a baseline that is named.
  suite.baseline = "b";
  EXPECT_TRUE(progress_of(Evidence(suite, run.record), 0.05)[1].precise);
}

}  // namespace
}  // namespace shootout::judge
