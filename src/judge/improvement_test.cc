#include "judge/improvement.h"

#include <gtest/gtest.h>

#include <cmath>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

const Verdict& verdict_of(const Judgement& judgement, const std::string& load, const std::string& scenario) {
  for (const auto& verdict : judgement.verdicts)
    if (verdict.load == load && verdict.scenario == scenario && verdict.metric == "duration_s")
      return verdict;
  static const Verdict kNone;
  ADD_FAILURE() << "no verdict for " << load << ' ' << scenario;
  return kNone;
}

Verdict verdict_for(const std::vector<double>& ratios) {
  MadeUpRun run;
  run.pair("clients", "low", ratios);
  return verdict_of(judge(small_suite(), run.record), "clients", "low");
}

TEST(Verdict, IsThePairedRatioWithItsInterval) {
  const auto verdict = verdict_for({4, 5, 6.25});
  const double half = 4.302652729911275 * std::log(1.25) / std::sqrt(3.0);  // t(0.975, 2), s = ln(1.25)
  EXPECT_NEAR(verdict.ratio.value, 5, 1e-9);
  EXPECT_NEAR(*verdict.ratio.low, 5 * std::exp(-half), 1e-9);
  EXPECT_NEAR(*verdict.ratio.high, 5 * std::exp(half), 1e-9);
  EXPECT_EQ(verdict.ratio.n, 3);
  EXPECT_EQ(verdict.baseline, "sync");
  EXPECT_EQ(verdict.contender, "async");
}

TEST(Verdict, HasTheWordThatItsIntervalCarries) {
  EXPECT_EQ(verdict_for({4, 4.1, 4.2}).word, Word::faster);
  EXPECT_EQ(verdict_for({0.5, 0.51, 0.49}).word, Word::slower);
  EXPECT_EQ(verdict_for({0.6, 1.0, 1.9}).word, Word::inconclusive);
  EXPECT_EQ(verdict_for({1.00, 1.01, 0.995}).word, Word::equivalent);
}

TEST(Verdict, OfASmallSureDifferenceIsEquivalent) {
  EXPECT_EQ(verdict_for({1.010, 1.011, 1.012}).word, Word::equivalent);
  EXPECT_EQ(verdict_for({1.040, 1.041, 1.042}).word, Word::faster);
}

TEST(Verdict, OfOneRepetitionIsInconclusive) {
  const auto verdict = verdict_for({8});
  EXPECT_EQ(verdict.word, Word::inconclusive);
  EXPECT_FALSE(verdict.ratio.low || verdict.ratio.high);
  EXPECT_EQ(verdict.note, "one repetition: no interval");
  EXPECT_EQ(verdict.says, "Excellent (one repetition: no interval)");
}

TEST(Verdict, CountsReplicatesAndNotBlocks) {
  MadeUpRun run;
  for (int replicate = 1; replicate <= 2; ++replicate)
    for (int block = 1; block <= 2; ++block) {
      run.trial("clients", "low", "sync", replicate, block == 1 ? 2 : 8, block);
      run.trial("clients", "low", "async", replicate, 1, block);
    }
  const auto judgement = judge(small_suite(), run.record);
  const auto& verdict = verdict_of(judgement, "clients", "low");
  EXPECT_EQ(verdict.ratio.n, 2);
  EXPECT_NEAR(verdict.ratio.value, 4, 1e-9);  // sqrt(2 * 8) in both replicates
  EXPECT_NEAR(*verdict.ratio.low, 4, 1e-9);
}

TEST(Verdict, LeavesOutVoidTrialsAndWhatWasPairedWithThem) {
  MadeUpRun run;
  run.pair("clients", "low", {4, 4.1, 4.2, 100});
  run.record.trials.back().valid = false;
  const auto judgement = judge(small_suite(), run.record);
  EXPECT_EQ(verdict_of(judgement, "clients", "low").ratio.n, 3);
  EXPECT_LT(*verdict_of(judgement, "clients", "low").ratio.high, 5);
  ASSERT_EQ(judgement.void_trials.size(), 1u);
  EXPECT_EQ(judgement.void_trials[0], &run.record.trials.back());
}

TEST(Verdict, IsAbsentWithoutAPair) {
  MadeUpRun run;
  run.trial("clients", "low", "sync", 1, 2);
  run.trial("clients", "low", "async", 2, 1);
  EXPECT_TRUE(judge(small_suite(), run.record).verdicts.empty());
}

TEST(Verdict, OfThroughputTurnsTheRatioAround) {
  MadeUpRun run;
  for (int replicate = 1; replicate <= 2; ++replicate) {
    run.trial("clients", "low", "sync", replicate, 4).metrics["requests_per_second"] = 10;
    run.trial("clients", "low", "async", replicate, 1).metrics["requests_per_second"] = 40;
  }
  const auto judgement = judge(small_suite(), run.record);
  ASSERT_EQ(judgement.verdicts.size(), 2u);
  EXPECT_EQ(judgement.verdicts[1].metric, "requests_per_second");
  EXPECT_NEAR(judgement.verdicts[1].ratio.value, 4, 1e-9);
  EXPECT_TRUE(judgement.verdicts[1].says.empty());
}

TEST(Verdict, SaysBothWordsWhereTheIntervalCrossesAThreshold) {
  EXPECT_EQ(verdict_for({4, 4.1, 4.2}).says, "Excellent");
  EXPECT_EQ(verdict_for({1.9, 2.0, 2.1}).says, "between 'Good' and 'Excellent': the interval crosses 2x");
  EXPECT_EQ(verdict_for({1.2, 1.7, 2.4}).says,
            "between 'Similar' and 'Excellent': the interval crosses 1.2x, 1.5x, 2x");
}

TEST(Pairs, AreTheSuitesWhereTheBaselineTakesNoPart) {
  MadeUpRun run;
  run.pair("clients", "low", {3, 3, 3}, "sync-dev", "async-dev");
  const auto judgement = judge(small_suite(), run.record);
  const auto& verdict = verdict_of(judgement, "clients", "low");
  EXPECT_EQ(verdict.baseline, "sync-dev");
  EXPECT_EQ(verdict.contender, "async-dev");
}

TEST(Pairs, TakeTheFirstContenderWhereNothingIsSaid) {
  MadeUpRun run;
  run.pair("clients", "low", {3, 3, 3}, "async", "async-dev");
  const auto judgement = judge(small_suite(), run.record);
  EXPECT_EQ(verdict_of(judgement, "clients", "low").baseline, "async");
}

TEST(Pairs, FollowTheBaselineThatTheRunChose) {
  MadeUpRun run;
  run.pair("clients", "low", {4, 4, 4});
  run.record.plan["baseline"] = "async";
  const auto judgement = judge(small_suite(), run.record);
  EXPECT_EQ(verdict_of(judgement, "clients", "low").baseline, "async");
  EXPECT_EQ(verdict_of(judgement, "clients", "low").word, Word::slower);
}

TEST(Summary, AveragesTheScenariosOfEachReplicate) {
  MadeUpRun run;
  run.pair("clients", "low", {1, 1.1, 1});
  run.pair("clients", "medium", {3, 3.1, 3});
  run.pair("clients", "stress", {5, 4.8, 8});
  const auto judgement = judge(small_suite(), run.record);
  ASSERT_EQ(judgement.summaries.size(), 1u);
  const auto& summary = judgement.summaries[0];
  EXPECT_NEAR(summary.average.value, std::cbrt(3.0 * 3.0 * 4.0), 1e-9);  // of the replicates' 3, 3 and 4
  const double half = 4.302652729911275 * std::log(4.0 / 3) / 3;         // s = ln(4/3) / sqrt(3)
  EXPECT_NEAR(*summary.average.low, summary.average.value * std::exp(-half), 1e-9);
  EXPECT_EQ(summary.word, Word::faster);
  EXPECT_EQ(summary.scenarios, 3);
  EXPECT_EQ(summary.of, 3);
  EXPECT_EQ(summary.maximum_scenario, "stress");
  EXPECT_EQ(summary.minimum_scenario, "low");
  EXPECT_EQ(summary.matrix_row, "2 to 5x: Candidate");
  EXPECT_EQ(summary.recommendation, "Strong case");
}

TEST(Summary, IsDecidedByTheRulesOfTheVerdicts) {
  MadeUpRun run;
  run.pair("clients", "low", {1.02, 1.021, 1.022});
  EXPECT_EQ(judge(small_suite(), run.record).summaries.at(0).word, Word::equivalent);
  auto suite = small_suite();
  suite.gates.replicates_to_decide = 4;
  EXPECT_EQ(judge(suite, run.record).summaries.at(0).word, Word::inconclusive);
}

TEST(Summary, NamesBothRowsOfTheMatrixThatTheIntervalReaches) {
  MadeUpRun run;
  run.pair("clients", "low", {1.7, 2.0, 2.2});
  EXPECT_EQ(judge(small_suite(), run.record).summaries[0].matrix_row,
            "between '< 2x: Moderate' and '2 to 5x: Candidate': the interval crosses 2x");
}

TEST(Summary, LeavesOutAScenarioThatAReplicateLacks) {
  MadeUpRun run;
  run.pair("clients", "low", {2, 2, 2});
  run.pair("clients", "medium", {9, 9});
  const auto summary = judge(small_suite(), run.record).summaries.at(0);
  EXPECT_EQ(summary.scenarios, 1);
  EXPECT_NEAR(summary.average.value, 2, 1e-9);
  EXPECT_EQ(summary.average.n, 3);
  EXPECT_EQ(summary.maximum_scenario, "medium");
}

TEST(Summary, LeavesOutTheReplicateThatTheRunWasCutOffIn) {
  MadeUpRun run;
  run.pair("clients", "low", {2, 2, 2});
  run.pair("clients", "medium", {4, 4});
  run.record.state = suite::RunState::interrupted;
  const auto summary = judge(small_suite(), run.record).summaries.at(0);
  EXPECT_EQ(summary.scenarios, 2);
  EXPECT_NEAR(summary.average.value, 3, 1e-9);
  EXPECT_EQ(summary.average.n, 2);
}

}  // namespace
}  // namespace shootout::judge
