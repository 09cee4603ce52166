#include "judge/verdicts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "judge/decision.h"
#include "judge/made_up_run.h"
#include "stats/student.h"

namespace shootout::judge {
namespace {

const Verdict& verdict_on(const Judgement& judgement, const std::string& contender,
                          const std::string& metric = "requests_per_second") {
  for (const auto& verdict : judgement.verdicts)
    if (verdict.contender == contender && verdict.metric == metric) return verdict;
  static const Verdict kNone;
  ADD_FAILURE() << "no verdict on " << contender << ", " << metric;
  return kNone;
}

const CellFigures& figures_of(const Judgement& judgement, const std::string& contender) {
  for (const auto& cell : judgement.cells)
    if (cell.contender == contender) return cell;
  static const CellFigures kNone;
  ADD_FAILURE() << "no figures of " << contender;
  return kNone;
}

TEST(SteadyVerdict, RestsOnTheRobustMeanOfEachReplicatesBlocks) {
  MadeUpRun run;
  std::vector<std::vector<double>> a, b;
  for (int replicate = 0; replicate < 6; ++replicate) {
    a.push_back({100, 100, 100, 100, 100});
    // One block of five in which something went wrong by a factor of 100: the trimmed mean leaves it out, and
    // the highest with it.
    b.push_back({120, 120, 120, 120, replicate % 2 == 0 ? 1.2 : 12000.0});
  }
  run.steady("a", a);
  run.steady("b", b);
  const auto judgement = judge(steady_suite(), run.record);
  const auto& verdict = verdict_on(judgement, "b");
  EXPECT_EQ(verdict.ratio.n, 6);
  EXPECT_NEAR(verdict.ratio.value, 1.2, 1e-9);
  EXPECT_EQ(verdict.word, Word::faster);
  EXPECT_NEAR(verdict.robust->value, 1.2, 1e-9);
}

TEST(SteadyVerdict, PairsTheBlocksOfAReplicate) {
  MadeUpRun run;
  // The machine's speed changes from block to block by a third; the pairs do not see it.
  std::vector<std::vector<double>> a, b;
  for (int replicate = 0; replicate < 6; ++replicate) {
    a.push_back({90, 120, 100, 130});
    b.push_back({99, 132, 110, 143});
  }
  run.steady("a", a);
  run.steady("b", b);
  const auto judgement = judge(steady_suite(), run.record);
  EXPECT_NEAR(*verdict_on(judgement, "b").ratio.low, 1.1, 1e-9);
  EXPECT_NEAR(*verdict_on(judgement, "b").ratio.high, 1.1, 1e-9);
}

TEST(SteadyVerdict, OfSeveralPairsIsAtHolmsLevel) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  run.steady("b", ten_replicates(120, 0.02));     // clearly another
  run.steady("c", ten_replicates(101, 0.02, 3));  // not told apart
  const auto judgement = judge(steady_suite(), run.record);
  const auto& b = verdict_on(judgement, "b");
  const auto& c = verdict_on(judgement, "c");
  EXPECT_NEAR(b.confidence, 0.975, 1e-9);  // the smaller p-value: 5 % / 2
  EXPECT_NEAR(c.confidence, 0.95, 1e-9);   // the last: 5 %
  double squares = 0;
  for (const double d : {0.3, -1.0, 0.9, -0.2, -0.6, 1.0, 0.1, -0.9, 0.7, -0.3}) squares += d * d;
  const double half = stats::t_quantile(1 - 0.0125, 9) * 0.02 * std::sqrt(squares / 9 / 10);
  EXPECT_NEAR(*b.ratio.high, 1.2 * std::exp(half), 1e-9);
  EXPECT_EQ(b.word, Word::faster);
  EXPECT_NE(c.word, Word::faster);
}

TEST(SteadyVerdict, NeedsTheWholeIntervalBeyondTheMargin) {
  const auto verdict = [](double rate, double spread) {
    MadeUpRun run;
    run.steady("a", ten_replicates(100, 0));
    run.steady("b", ten_replicates(rate, spread));
    return verdict_on(judge(steady_suite(), run.record), "b");
  };
  EXPECT_EQ(verdict(104, 0.005).word, Word::faster);  // [1.036, 1.044]
  const auto above = verdict(104, 0.03);              // [1.02, 1.06]
  EXPECT_EQ(above.word, Word::inconclusive);
  EXPECT_EQ(above.note, "surely above 1, perhaps by less than the margin of 3 %");
  EXPECT_EQ(verdict(100.0 / 1.04, 0.005).word, Word::slower);
  EXPECT_EQ(verdict(100.0 / 1.04, 0.03).note, "surely below 1, perhaps by less than the margin of 3 %");
  EXPECT_EQ(verdict(101, 0.005).word, Word::equivalent);
  const auto wide = verdict(100, 0.2);
  EXPECT_EQ(wide.word, Word::inconclusive);
  EXPECT_TRUE(mentions(wide.note, "differences under "));
  EXPECT_GT(*wide.detectable, 1.15);
  EXPECT_LT(*wide.detectable, 1.20);
}

TEST(SteadyVerdict, HasAMarginThatThePrecisionCanTell) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  run.steady("b", ten_replicates(106, 0.005));
  EXPECT_NEAR(verdict_on(judge(steady_suite(), run.record), "b").margin, 1.03, 1e-12);
  run.record.plan["precision"] = 0.05;
  const auto judgement = judge(steady_suite(), run.record);
  EXPECT_NEAR(verdict_on(judgement, "b").margin, 1.075, 1e-12);
  EXPECT_EQ(verdict_on(judgement, "b").word, Word::equivalent);
  run.record.plan["precision"] = 0.01;
  EXPECT_NEAR(verdict_on(judge(steady_suite(), run.record), "b").margin, 1.03, 1e-12);
}

TEST(SteadyVerdict, TakesEnoughReplicates) {
  MadeUpRun run;
  auto a = ten_replicates(100, 0), b = ten_replicates(150, 0);
  a.resize(5), b.resize(5);
  run.steady("a", a);
  run.steady("b", b);
  const auto judgement = judge(steady_suite(), run.record);
  EXPECT_EQ(verdict_on(judgement, "b").word, Word::inconclusive);
  EXPECT_EQ(verdict_on(judgement, "b").note, "5 replicates: fewer than 6 decide nothing");
  EXPECT_TRUE(verdict_on(judgement, "b").ratio.low);
  EXPECT_FALSE(figures_of(judgement, "b").rank);
}

/// Throughput and CPU a request of "b" against "a".
std::string decided_by(double throughput, double throughput_spread, double cpu, double cpu_spread) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  run.steady("b", ten_replicates(100 * throughput, throughput_spread));
  if (cpu > 0) {
    for (auto& trial : run.record.trials) {
      const double factor = trial.contender == "a" ? 1 : 1 / cpu;
      const double off = trial.replicate % 2 == 0 ? cpu_spread : -cpu_spread;
      trial.metrics["cpu_us_per_request"] = 500 * factor * std::exp(trial.contender == "a" ? 0 : off);
    }
  }
  return verdict_on(judge(steady_suite(), run.record), "b").decided_by;
}

TEST(SteadyVerdict, SaysWhichOfTwoMetricsDecided) {
  EXPECT_EQ(decided_by(1.2, 0.01, 1.2, 0.01), "requests/s; CPU a request says the same");
  EXPECT_EQ(decided_by(1.2, 0.01, 1.2, 0.4), "requests/s alone; CPU a request is not sure");
  EXPECT_EQ(decided_by(1.2, 0.01, 0, 0), "requests/s; CPU a request was not measured");
  EXPECT_TRUE(mentions(decided_by(1.2, 0.5, 1.2, 0.01), "CPU a request alone: faster, 1.20x ["));
  EXPECT_TRUE(mentions(decided_by(1.2, 0.01, 0.8, 0.01),
                       "requests/s; CPU a request contradicts it: slower, 0.800x ["));
  EXPECT_TRUE(mentions(decided_by(1.2, 0.01, 1, 0.001), "CPU a request says otherwise: equivalent"));
  EXPECT_EQ(decided_by(1.2, 0.5, 1.2, 0.4), "nothing: neither requests/s nor CPU a request is sure");
}

TEST(SteadyVerdict, OnLatencySaysThatTheRatesDiffer) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  run.steady("b", ten_replicates(100, 0));
  run.steady("a", ten_replicates(500, 0), "open", "latency_mean_us");
  run.steady("b", ten_replicates(500, 0), "open", "latency_mean_us");
  for (auto& trial : run.record.trials) trial.metrics["latency_mean_us"] = 500;
  const auto judgement = judge(steady_suite(), run.record);
  int closed = 0, open = 0;
  for (const auto& verdict : judgement.verdicts) {
    if (verdict.metric != "latency_mean_us") continue;
    const bool says = static_cast<bool>(mentions(verdict.note, "at different rates"));
    EXPECT_EQ(says, verdict.load == "closed");
    ++(verdict.load == "closed" ? closed : open);
  }
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(open, 1);
}

TEST(SteadyVerdict, OfAContenderThatDoesNotComeToRestIsNone) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  auto slowing = ten_replicates(150, 0);
  for (auto& blocks : slowing) blocks = {150, 140, 125, 115};
  run.steady("b", slowing);
  run.steady("c", ten_replicates(80, 0));
  const auto judgement = judge(steady_suite(), run.record);
  EXPECT_EQ(verdict_on(judgement, "b").word, Word::inconclusive);
  EXPECT_TRUE(mentions(verdict_on(judgement, "b").note, "b: no steady state: requests/s fell by 23 %"));
  EXPECT_EQ(verdict_on(judgement, "b").decided_by, "");
  EXPECT_TRUE(mentions(figures_of(judgement, "b").unsteady, "no steady state"));
  EXPECT_EQ(figures_of(judgement, "b").metrics.count("requests_per_second"), 1U);  // shown all the same
  EXPECT_FALSE(figures_of(judgement, "b").rank);                                   // never ranked
  EXPECT_EQ(verdict_on(judgement, "c").word, Word::slower);
  EXPECT_EQ(figures_of(judgement, "a").rank->high, 1);
  EXPECT_EQ(figures_of(judgement, "c").rank->low, 2);
  EXPECT_TRUE(any_mentions(judgement.warnings, "closed, ping, b: no steady state"));
}

TEST(Verdicts, WarnOfAWarmUpThatCameToNoRest) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  run.steady("b", ten_replicates(100, 0));
  for (auto& trial : run.record.trials) {
    const bool restless = trial.contender == "b" && trial.replicate <= 3;
    if (trial.block == 1) trial.observed["warm_up"] = {{"seconds", 5}, {"at_rest", !restless}};
  }
  const auto warnings = judge(steady_suite(), run.record).warnings;
  EXPECT_TRUE(any_mentions(warnings,
                           "closed, ping, b: no steady state when its trials began, in 3 of the replicates"));
  EXPECT_FALSE(any_mentions(warnings, "ping, a: no steady state"));
}

TEST(Ranks, AreSharedByThoseThatCannotBeToldApart) {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0.01));
  run.steady("b", ten_replicates(150, 0.02, 2));
  run.steady("c", ten_replicates(151, 0.02, 5));
  const auto judgement = judge(steady_suite(), run.record);
  const auto rank = [&](const char* contender) {
    const auto its = figures_of(judgement, contender).rank.value();
    return std::pair(its.low, its.high);
  };
  EXPECT_EQ(rank("a"), std::pair(3, 3));
  EXPECT_EQ(rank("b"), std::pair(1, 2));
  EXPECT_EQ(rank("c"), std::pair(1, 2));
}

TEST(Ranks, GoByHolmOverAllPairs) {
  // Alone, c is surely better than a by more than 3 % (95 %: t = 2.26); as the surest of three pairs it is
  // held against 5 % / 3 (t = 2.93), and is not.
  const auto rank_of_c = [](bool with_b) {
    MadeUpRun run;
    run.steady("a", ten_replicates(100, 0));
    run.steady("c", ten_replicates(105.5, 0.04));
    if (with_b) run.steady("b", ten_replicates(102.7, 0.2, 1));
    const auto its = figures_of(judge(steady_suite(), run.record), "c").rank.value();
    return std::pair(its.low, its.high);
  };
  EXPECT_EQ(rank_of_c(false), std::pair(1, 1));
  EXPECT_EQ(rank_of_c(true), std::pair(1, 3));
}

TEST(Decision, AtHolmsLevelsTurnsWithTheFamily) {
  // p = 0.03: sure alone, not sure beside a pair that shows nothing.
  const std::vector<double> values{0.07, 0.02, 0.09, 0.005, 0.05, 0.12, -0.01, 0.07};
  std::vector<double> nothing;
  for (const double value : values) nothing.push_back(value - 0.05);
  const Rules any_difference{1.0, 6};
  EXPECT_EQ(decide({values}, any_difference).front().word, Word::faster);
  const auto together = decide({values, nothing, nothing, nothing, nothing, nothing}, any_difference);
  EXPECT_NEAR(together.front().confidence, 1 - 0.05 / 6, 1e-12);
  EXPECT_EQ(together.front().word, Word::inconclusive);
}

TEST(Decision, OfASinglePairIsEquivalentByItsNinetyPercentInterval) {
  // Mean 0, s = 0.0316: the 90 % interval is within +-3 % of nothing, the 95 % interval is not.
  const double t90 = stats::t_quantile(0.95, 5), t95 = stats::t_quantile(0.975, 5);
  const double margin = std::log(1.03);
  const double s = margin / t90 * std::sqrt(6.0) * 0.99;
  ASSERT_GT(t95 * s / std::sqrt(6.0), margin);
  const double off = s * std::sqrt(5.0 / 6);
  const auto decision = decide({{off, -off, off, -off, off, -off}}, {1.03, 6}).front();
  EXPECT_EQ(decision.word, Word::equivalent);
  EXPECT_GT(*decision.ratio.high, 1.03);
}

}  // namespace
}  // namespace shootout::judge
