#include "judge/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/histogram_json.h"
#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

// Ratios that scatter by about 1 %; their geometric mean is 1.
const std::vector<double> kSteady{1.01, 0.99, 1 / 1.01, 1 / 0.99, 1.005, 1 / 1.005};

std::vector<double> times(double factor, std::vector<double> values) {
  for (auto& value : values) value *= factor;
  return values;
}

/// "sync" took so many seconds in "clients low", a replicate each.
MadeUpRun run_of(const std::vector<double>& seconds, const std::string& scenario = "low") {
  MadeUpRun run;
  int replicate = 0;
  for (const double duration : seconds) run.trial("clients", scenario, "sync", ++replicate, duration);
  return run;
}

RunComparison compared(const MadeUpRun& before, const MadeUpRun& after,
                       const suite::Suite& suite = suite_of_six()) {
  return compare(Evidence(suite, before.record), Evidence(suite, after.record));
}

CellChange change_from(const std::vector<double>& before, const std::vector<double>& after) {
  const auto comparison = compared(run_of(before), run_of(after));
  EXPECT_EQ(comparison.changes.size(), 1u);
  return comparison.changes.empty() ? CellChange{} : comparison.changes.front();
}

TEST(Comparison, IsTheRatioOfTheGeometricMeansWithWelchsInterval) {
  const auto change = change_from({4, 6.25}, {1, 1.5625});
  // Both scatter alike: Welch's test is the pooled one, t(0.975, 2) and s = ln(1.5625) / sqrt(2).
  const double half = 4.302652729911275 * std::log(1.5625) / std::sqrt(2.0);
  EXPECT_NEAR(change.ratio.value, 4, 1e-9);
  EXPECT_NEAR(*change.ratio.low, 4 * std::exp(-half), 1e-6);
  EXPECT_NEAR(*change.ratio.high, 4 * std::exp(half), 1e-5);
  EXPECT_EQ(change.ratio.n, 2);
  EXPECT_NEAR(change.before.value, 5.125, 1e-9);
  EXPECT_EQ(change.before.n, 2);
  EXPECT_EQ(change.metric, "duration_s");
  EXPECT_TRUE(change.decides);
}

TEST(Comparison, HasTheWordThatTheIntervalCarries) {
  EXPECT_EQ(change_from(times(2, kSteady), kSteady).word, ChangeWord::better);
  EXPECT_EQ(change_from(kSteady, times(2, kSteady)).word, ChangeWord::worse);
  EXPECT_EQ(change_from(kSteady, times(1.001, kSteady)).word, ChangeWord::equivalent);
  EXPECT_EQ(change_from({1, 2, 1, 2, 1, 2}, {2, 1, 2, 1, 2, 1.1}).word, ChangeWord::inconclusive);
}

TEST(Comparison, OfWhatMayLieWithinTheMarginIsNotDecided) {
  const auto change = change_from(kSteady, times(1.035, kSteady));
  EXPECT_LT(*change.ratio.high, 1);
  EXPECT_EQ(change.word, ChangeWord::inconclusive);
  EXPECT_EQ(change.note, "surely below 1, perhaps by less than the margin");
}

TEST(Comparison, OfAFewReplicatesDecidesNothing) {
  const auto one = change_from({2}, {1, 1.01});
  EXPECT_EQ(one.word, ChangeWord::inconclusive);
  EXPECT_FALSE(one.ratio.low);
  EXPECT_NEAR(one.ratio.value, 2, 0.02);
  EXPECT_EQ(one.note, "one replicate: no interval");

  const auto three = change_from({2, 2.01, 2.02}, kSteady);
  EXPECT_EQ(three.word, ChangeWord::inconclusive);
  EXPECT_GT(*three.ratio.low, 1.5);
  EXPECT_EQ(three.note, "3 replicates decide nothing: it takes 6");
}

TEST(Comparison, OfThroughputTurnsTheRatioAround) {
  auto suite = small_suite();
  suite.loads[0].window = suite::Window{};
  suite.loads[0].decides = "requests_per_second";
  const auto run = [](double rate) {
    auto made = run_of(kSteady);
    for (auto& trial : made.record.trials)
      trial.metrics = {
          {"requests_per_second", rate}, {"cpu_us_per_request", 1e6 / rate}, {"duration_s", 0.5}};
    return made;
  };
  const auto comparison = compared(run(100), run(150), suite);
  ASSERT_EQ(comparison.changes.size(), 2u) << "a window's length is no figure";
  EXPECT_EQ(comparison.changes[0].metric, "requests_per_second");
  EXPECT_NEAR(comparison.changes[0].ratio.value, 1.5, 1e-9);
  EXPECT_EQ(comparison.changes[1].metric, "cpu_us_per_request");
  EXPECT_NEAR(comparison.changes[1].ratio.value, 1.5, 1e-9);
  EXPECT_FALSE(comparison.changes[1].decides);
}

TEST(Comparison, AdjustsTheIntervalsOfOneMetricToTheirNumber) {
  auto before = run_of(times(2, kSteady)), after = run_of(kSteady);
  for (const auto* scenario : {"medium", "stress"}) {
    int replicate = 0;
    for (const double duration : {1.0, 2.0, 1.0, 2.0, 1.0, 2.0}) {
      before.trial("clients", scenario, "sync", ++replicate, duration);
      after.trial("clients", scenario, "sync", replicate, 3 - duration);
    }
  }
  const auto comparison = compared(before, after);
  ASSERT_EQ(comparison.changes.size(), 3u);
  EXPECT_NEAR(comparison.changes[0].confidence, 1 - 0.05 / 3, 1e-12);
  EXPECT_NEAR(comparison.changes[1].confidence, 1 - 0.05 / 2, 1e-12);
  EXPECT_NEAR(comparison.changes[2].confidence, 1 - 0.05 / 2, 1e-12);
  const auto alone = comparison.changes[0].samples.ratio(0.95);
  EXPECT_LT(*comparison.changes[0].ratio.low, *alone.low);
}

TEST(Comparison, IsNeverFinerThanWhatTheRunsWanted) {
  auto before = run_of(kSteady), after = run_of(times(1.06, kSteady));
  EXPECT_EQ(compared(before, after).changes.front().word, ChangeWord::worse);
  before.record.plan["precision"] = 0.05;  // so that 7.5 % counts as none
  const auto change = compared(before, after).changes.front();
  EXPECT_NEAR(change.margin, 1.075, 1e-12);
  EXPECT_NEAR(change.confidence, 0.965, 1e-12) << "its intervals were watched";
  EXPECT_EQ(change.word, ChangeWord::equivalent);
}

TEST(Comparison, LeavesOutVoidTrialsAndSaysSo) {
  auto before = run_of(kSteady), after = run_of(kSteady);
  after.trial("clients", "low", "sync", 7, 1000).valid = false;
  const auto comparison = compared(before, after);
  EXPECT_EQ(comparison.changes.front().after.n, 6);
  EXPECT_TRUE(any_mentions(comparison.warnings, "1 of 7 measurements of RUN_B are void"));
}

TEST(Comparison, IsOfWhatBothMeasured) {
  auto before = run_of(kSteady), after = run_of(kSteady);
  before.trial("clients", "low", "async", 1, 1);
  after.trial("clients", "stress", "sync", 1, 1);
  EXPECT_EQ(compared(before, after).changes.size(), 1u);
}

/// `count` requests of 1 ms and as many of `slow_us` in each of six replicates, in two trials each.
MadeUpRun latencies(int count, int slow_us) {
  auto run = run_of({});
  for (int replicate = 1; replicate <= 6; ++replicate) {
    for (int block = 1; block <= 2; ++block) {
      engine::Histogram histogram;
      for (int i = 0; i < count; ++i) {
        histogram.record(1000 * 1000 + replicate);
        histogram.record(1000 * slow_us + replicate);
      }
      auto& trial = run.trial("clients", "low", "sync", replicate, 1, block);
      trial.load_result["latency"] = engine::to_json(histogram);
    }
  }
  return run;
}

const CellChange* change_of(const RunComparison& comparison, const std::string& metric) {
  const auto found = std::ranges::find(comparison.changes, metric, &CellChange::metric);
  return found == comparison.changes.end() ? nullptr : &*found;
}

TEST(Comparison, OfAQuantileIsOverTheReplicatesOwn) {
  const auto comparison = compared(latencies(1500, 20'000), latencies(1500, 10'000));
  const auto* p95 = change_of(comparison, "latency_p95_us");
  ASSERT_NE(p95, nullptr);
  EXPECT_EQ(p95->before.n, 6);
  EXPECT_NEAR(p95->before.value, 20'000, 400);
  EXPECT_NEAR(p95->ratio.value, 2, 0.05);
  EXPECT_EQ(p95->word, ChangeWord::better);
}

TEST(Comparison, OfAQuantileOfFewRequestsDecidesNothing) {
  const auto comparison = compared(latencies(150, 20'000), latencies(150, 10'000));
  const auto* p95 = change_of(comparison, "latency_p95_us");  // 30 of 600 lie beyond it
  ASSERT_NE(p95, nullptr);
  EXPECT_EQ(p95->word, ChangeWord::inconclusive);
  EXPECT_TRUE(mentions(p95->note, "fewer than 100"));
  EXPECT_EQ(change_of(comparison, "latency_p99_us"), nullptr) << "6 of 600: not even shown";
}

}  // namespace
}  // namespace shootout::judge
