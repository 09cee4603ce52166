#include "judge/progress.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "judge/made_up_run.h"
#include "stats/precision.h"
#include "stats/student.h"

namespace shootout::judge {
namespace {

/// Two contenders, `replicates` of four blocks; each start takes 10 s, each trial 1 s.
MadeUpRun two_contenders(std::size_t replicates, double spread) {
  MadeUpRun run;
  auto a = ten_replicates(100, 0), b = ten_replicates(120, spread);
  a.resize(replicates), b.resize(replicates);
  run.steady("a", a);
  run.steady("b", b);
  run.record.plan["blocks"] = 4;
  std::ranges::stable_sort(run.record.trials, {}, &suite::TrialRecord::replicate);
  double now = 0;
  int replicate = 0;
  for (auto& trial : run.record.trials) {
    if (trial.replicate != replicate) now += 10;
    replicate = trial.replicate;
    trial.run_s = now += 1;
  }
  return run;
}

CellProgress progress_in(const MadeUpRun& run, double precision) {
  const auto suite = steady_suite();
  const auto all = progress_of(Evidence(suite, run.record), precision);
  if (all.size() == 1) return all.front();
  ADD_FAILURE() << all.size() << " cells";
  return {};
}

/// Of ten replicates: intervals that are watched until they are narrow share their level among the pairs.
double t_for_pairs(int pairs) {
  return stats::t_quantile(1 - (1 - stats::kWatchedConfidence) / (2 * pairs), 9);
}

TEST(Progress, IsTheHalfWidthOfTheWidestPair) {
  const auto progress = progress_in(two_contenders(10, 0.05), 0.05);
  double squares = 0;
  for (const double d : {0.3, -1.0, 0.9, -0.2, -0.6, 1.0, 0.1, -0.9, 0.7, -0.3}) squares += d * d;
  const double half = t_for_pairs(1) * 0.05 * std::sqrt(squares / 9 / 10);
  EXPECT_NEAR(progress.half_width, std::expm1(half), 1e-9);  // 2.6 %
  EXPECT_EQ(progress.replicates, 10);
  EXPECT_TRUE(progress.precise);
  EXPECT_EQ(progress.needed, 10);
  EXPECT_EQ(progress.more_s, 0);
}

TEST(Progress, TellsWhatMoreTimeWouldBring) {
  const auto progress = progress_in(two_contenders(10, 0.05), 0.02);
  EXPECT_FALSE(progress.precise);
  ASSERT_TRUE(progress.needed);
  EXPECT_GE(*progress.needed, 15);  // about 10 (2.6 / 2)^2
  EXPECT_LE(*progress.needed, 18);
  EXPECT_NEAR(*progress.more_s, (*progress.needed - 10) * 18, 1e-9);  // a replicate: 10 s and 8 trials
}

TEST(Progress, NeedsTenReplicatesHoweverNarrow) {
  const auto progress = progress_in(two_contenders(8, 0), 0.02);
  EXPECT_FALSE(progress.precise);
  EXPECT_EQ(progress.needed, 10);
  EXPECT_NEAR(*progress.more_s, 2 * 18, 1e-9);
}

TEST(Progress, LeavesOutAReplicateThatIsStillMeasured) {
  auto run = two_contenders(10, 0.05);
  run.record.trials.pop_back();
  EXPECT_EQ(progress_in(run, 0.05).replicates, 9);
  EXPECT_FALSE(progress_in(run, 0.05).precise);
}

TEST(Progress, TakesAVoidTrialForMeasured) {
  auto run = two_contenders(10, 0.05);
  run.record.trials.back().valid = false;
  EXPECT_EQ(progress_in(run, 0.05).replicates, 10);
}

TEST(Progress, GoesByTheWidestIntervalThatSeveralPairsMayGet) {
  auto run = two_contenders(10, 0.05);
  const double of_one = progress_in(run, 0.05).half_width;
  run.steady("c", ten_replicates(90, 0));
  const double of_two = progress_in(run, 0.05).half_width;
  const double wider = t_for_pairs(2) / t_for_pairs(1);
  EXPECT_NEAR(std::log1p(of_two), wider * std::log1p(of_one), 1e-9);
}

TEST(Progress, DoesNotLookAtWhereTheIntervalLies) {
  auto run = two_contenders(10, 0.05);
  const auto before = progress_in(run, 0.05);
  for (auto& trial : run.record.trials)
    if (trial.contender == "b") trial.metrics["requests_per_second"] *= 0.5;
  const auto after = progress_in(run, 0.05);
  EXPECT_NEAR(after.half_width, before.half_width, 1e-12);
  EXPECT_EQ(after.precise, before.precise);
}

TEST(Progress, IsUnknownBeforeTheSecondReplicate) {
  const auto progress = progress_in(two_contenders(1, 0.05), 0.05);
  EXPECT_EQ(progress.half_width, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(progress.needed || progress.more_s || progress.precise);
}

TEST(Progress, SharesTheStartsAmongTheCells) {
  auto run = two_contenders(10, 0.05);
  run.steady("a", ten_replicates(100, 0), "open", "latency_mean_us");
  std::ranges::stable_sort(run.record.trials, {}, &suite::TrialRecord::replicate);
  double now = 0;
  int replicate = 0;
  for (auto& trial : run.record.trials) {
    if (trial.replicate != replicate) now += 10;
    replicate = trial.replicate;
    trial.run_s = now += 1;
  }
  const auto suite = steady_suite();
  const auto all = progress_of(Evidence(suite, run.record), 0.02);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NEAR(*all[0].more_s, (*all[0].needed - 10) * (8 + 5), 1e-9);
}

TEST(Progress, IsAskedForByTheWantedPrecision) {
  auto run = two_contenders(10, 0.05);
  EXPECT_TRUE(judge(steady_suite(), run.record).progress.empty());
  run.record.plan["precision"] = 0.02;
  EXPECT_EQ(judge(steady_suite(), run.record).progress.size(), 1U);
}

}  // namespace
}  // namespace shootout::judge
