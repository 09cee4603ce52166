// Claims that hang on several figures, and on metrics of trials.
#include "judge/criteria.h"

#include <gtest/gtest.h>

#include <cmath>

#include "judge/claims.h"
#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

using suite::Criterion;
using Kind = suite::Criterion::Kind;

Answer answer_of(const MadeUpRun& run, const std::vector<Criterion>& criteria,
                 const suite::Suite& suite = steady_suite()) {
  const Evidence evidence(suite, run.record);
  return answer(evidence, criteria);
}

Criterion better_than(const std::string& contender, const std::vector<std::string>& others,
                      double at_least = 1.03) {
  return {.kind = Kind::ratio,
          .loads = {"closed"},
          .contenders = {contender},
          .against = others,
          .low = at_least};
}

/// Ten replicates; of each pair the ratio is that of the rates, times e to `spread` times a pattern.
MadeUpRun of_rates(const std::vector<std::pair<std::string, double>>& rates) {
  MadeUpRun run;
  unsigned shift = 0;
  for (const auto& [name, rate] : rates) run.steady(name, ten_replicates(rate, 0.005, shift++));
  return run;
}

/// A metric in so many replicates of a cell with 1,000 requests each.
void add_metric(MadeUpRun& run, const std::string& contender, const std::string& metric,
                const std::vector<double>& values, const std::string& load = "closed") {
  int replicate = 0;
  for (const double value : values) {
    auto& trial = run.trial(load, "ping", contender, ++replicate, 0.5);
    trial.metrics["requests"] = 1000;
    trial.metrics[metric] = value;
  }
}

TEST(Criteria, ARatioIsHeldAgainstEachOpponent) {
  const auto run = of_rates({{"a", 1000}, {"b", 2000}, {"c", 1900}});
  const auto one = answer_of(run, {better_than("b", {"a"})});
  EXPECT_EQ(one.holds, Holds::held);
  EXPECT_TRUE(mentions(one.figure, "requests/s 2.00x ["));
  EXPECT_TRUE(mentions(one.figure, "], n = 10"));

  const auto both = answer_of(run, {better_than("b", {"a", "b", "c"})});
  EXPECT_EQ(both.holds, Holds::held);
  ASSERT_EQ(both.parts.size(), 2u);  // nobody is held against itself
  EXPECT_EQ(both.parts[1].what, "b against c, closed");
  EXPECT_TRUE(mentions(both.figure, "all 2 hold, the least surely b against c, closed: requests/s 1.05x ["));

  const auto last = answer_of(run, {better_than("c", {"a", "b"})});
  EXPECT_EQ(last.holds, Holds::did_not_hold);
  EXPECT_EQ(last.parts[0].holds, Holds::held);
  EXPECT_TRUE(mentions(last.figure, "1 of 2 hold; not c against b, closed: requests/s 0.950x ["));
}

TEST(Criteria, EveryLoadAndEveryContenderIsAsked) {
  auto run = of_rates({{"a", 1000}, {"b", 2000}, {"c", 1900}});
  run.steady("a", ten_replicates(1000, 0.005), "open", "requests_per_second");
  run.steady("b", ten_replicates(900, 0.005, 1), "open", "requests_per_second");
  auto criterion = better_than("b", {"a"});
  criterion.loads = {"closed", "open"};
  criterion.metric = "requests_per_second";
  const auto loads = answer_of(run, {criterion});
  ASSERT_EQ(loads.parts.size(), 2u);
  EXPECT_EQ(loads.parts[0].holds, Holds::held);
  EXPECT_EQ(loads.parts[1].holds, Holds::did_not_hold);
  EXPECT_EQ(loads.holds, Holds::did_not_hold);

  criterion = better_than("b", {"a"});
  criterion.contenders = {"b", "c"};
  EXPECT_EQ(answer_of(run, {criterion}).parts.size(), 2u);
}

// Its ratio to "a" is 0.943 with p = 0.03 against "at least 1".
MadeUpRun slightly_worse() {
  MadeUpRun run;
  run.steady("x", ten_replicates(1000 * std::exp(-0.0587), 0.1));
  for (const auto* name : {"a", "b", "c", "d"}) run.steady(name, ten_replicates(1000, 0));
  for (auto& trial : run.record.trials)
    if (trial.contender != "x" && trial.contender != "a") trial.metrics["requests_per_second"] = 500;
  return run;
}

TEST(Criteria, AFailureAmongManyIsAdjusted) {
  const auto run = slightly_worse();
  const auto alone = answer_of(run, {better_than("x", {"a"}, 1)});
  EXPECT_EQ(alone.holds, Holds::did_not_hold);
  EXPECT_FALSE(mentions(alone.figure, " at "));
  const auto among = answer_of(run, {better_than("x", {"a", "b", "c", "d"}, 1)});
  EXPECT_EQ(among.holds, Holds::could_not_tell);
  EXPECT_EQ(among.parts[0].holds, Holds::could_not_tell);
  EXPECT_TRUE(mentions(among.parts[0].figure, "] at 98.75 %, n = 10"));
  // Those that hold need none: all have to.
  EXPECT_EQ(among.parts[1].holds, Holds::held);
  EXPECT_FALSE(mentions(among.parts[1].figure, " at "));
  EXPECT_TRUE(mentions(among.figure, "3 of 4 hold; unsure is x against a, closed"));
}

TEST(Criteria, AChangeIsFromOneLoadToAnotherOfTheSameReplicate) {
  MadeUpRun run;
  run.steady("a", ten_replicates(1000, 0.2));
  run.steady("a", ten_replicates(330, 0.2), "open", "requests_per_second");
  const Criterion falls{.kind = Kind::change,
                        .loads = {"open"},
                        .contenders = {"a"},
                        .from = "closed",
                        .metric = "requests_per_second",
                        .high = 0.97};
  const auto found = answer_of(run, {falls});
  EXPECT_EQ(found.holds, Holds::held);
  EXPECT_EQ(found.parts[0].what, "a, open against closed");
  EXPECT_EQ(found.figure, "requests/s 0.330x [0.330, 0.330], n = 10");  // its own spread is no part of it
}

TEST(Criteria, AChangeOfWhatShouldBeLittleIsBelowOneWhereItRises) {
  MadeUpRun run;
  add_metric(run, "a", "latency_mean_us", {100, 110, 90, 100, 105, 95});
  add_metric(run, "a", "latency_mean_us", {200, 220, 180, 200, 210, 190}, "open");
  const Criterion slower{.kind = Kind::change,
                         .loads = {"open"},
                         .contenders = {"a"},
                         .from = "closed",
                         .metric = "latency_mean_us",
                         .high = 0.6};
  EXPECT_EQ(answer_of(run, {slower}).figure, "mean latency 0.500x [0.500, 0.500], n = 6");
  EXPECT_EQ(answer_of(run, {slower}).holds, Holds::held);
}

TEST(Criteria, AMetricIsAMeanOverTheReplicates) {
  MadeUpRun run;
  add_metric(run, "a", "fullest_worker_share", {0.6, 0.7, 0.8, 0.6, 0.7, 0.8});
  const Criterion half{.kind = Kind::metric,
                       .loads = {"closed"},
                       .contenders = {"a"},
                       .metric = "fullest_worker_share",
                       .low = 0.5};
  const auto found = answer_of(run, {half});
  EXPECT_EQ(found.holds, Holds::held);
  EXPECT_TRUE(mentions(found.figure, "connections of the fullest worker 70.0 % [60.6, 79.4], n = 6"));

  MadeUpRun short_run;
  add_metric(short_run, "a", "fullest_worker_share", {0.6, 0.7, 0.8, 0.6, 0.7});
  const auto few = answer_of(short_run, {half});
  EXPECT_EQ(few.holds, Holds::could_not_tell);
  EXPECT_TRUE(mentions(few.figure, "n = 5: fewer than 6 decide nothing"));
  EXPECT_TRUE(mentions(answer_of(MadeUpRun(), {half}).figure, "did not measure the load closed"));
}

TEST(Criteria, AQuantileOfFewValuesDecidesNothing) {
  MadeUpRun run;
  for (int replicate = 1; replicate <= 6; ++replicate)
    run.trial("closed", "ping", "a", replicate, 0.5).load_result["latency"] =
        latencies_as_json(5000, 100, 0.1 * replicate);
  Criterion quick{.kind = Kind::metric,
                  .loads = {"closed"},
                  .contenders = {"a"},
                  .metric = "latency_p99_us",
                  .high = 1e6};
  const auto found = answer_of(run, {quick});
  EXPECT_EQ(found.holds, Holds::could_not_tell);
  EXPECT_TRUE(mentions(found.figure, "values beyond the quantile: fewer than 100 decide nothing"));
  quick.metric = "latency_p50_us";
  EXPECT_EQ(answer_of(run, {quick}).holds, Holds::held);
}

TEST(Criteria, TheCoresThatTheServersHadAreCounted) {
  MadeUpRun run;
  add_metric(run, "a", "cpu_percent", {190, 192, 191, 189, 190, 191});
  run.record.plan["pinning"] = {{"servers", {0, 1}}};
  Criterion full{.kind = Kind::metric,
                 .loads = {"closed"},
                 .contenders = {"a"},
                 .metric = "cpu_share_of_cores",
                 .low = 0.9,
                 .cores = 2};
  EXPECT_EQ(answer_of(run, {full}).holds, Holds::held);
  EXPECT_TRUE(mentions(answer_of(run, {full}).figure, "95.2 % ["));
  full.cores = 3;
  EXPECT_EQ(answer_of(run, {full}).holds, Holds::could_not_tell);
  EXPECT_EQ(answer_of(run, {full}).figure, "the servers had 2 cores, and this takes 3");
}

Criterion no_failures(std::optional<double> low, std::optional<double> high) {
  return {.kind = Kind::total,
          .loads = {"closed"},
          .contenders = {"a"},
          .metric = "failures",
          .low = low,
          .high = high};
}

TEST(Criteria, ATotalDecidesByItself) {
  MadeUpRun run;
  add_metric(run, "a", "success_rate", {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).holds, Holds::held);
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).figure, "without a good answer 0 of 6000 requests, n = 6");
  EXPECT_EQ(answer_of(run, {no_failures(1, {})}).holds, Holds::did_not_hold);
  run.record.trials.back().metrics["errors_before_window"] = 3;  // while connections were opened
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).figure, "without a good answer 3 of 6000 requests, n = 6");
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).holds, Holds::did_not_hold);
  run.record.trials.back().metrics["errors_before_window"] = 0;
  run.record.trials.back().metrics["success_rate"] = 0.998;
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).holds, Holds::did_not_hold);
  EXPECT_EQ(answer_of(run, {no_failures(1, {})}).holds, Holds::held);
}

TEST(Criteria, ThatNothingCameTakesAsManyReplicatesAsAVerdict) {
  MadeUpRun run;
  add_metric(run, "a", "success_rate", {1, 1});
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).holds, Holds::could_not_tell);
  EXPECT_EQ(answer_of(run, {no_failures(1, {})}).holds, Holds::could_not_tell);
  run.record.trials.back().metrics["success_rate"] = 0.5;  // one is enough to see something
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).holds, Holds::did_not_hold);
  EXPECT_EQ(answer_of(run, {no_failures(1, {})}).holds, Holds::held);
}

TEST(Criteria, ErrorsThatMadeATrialVoidCountAllTheSame) {
  MadeUpRun run;
  add_metric(run, "a", "success_rate", {1, 1, 1, 1, 1, 1, 0.5});
  auto& failed = run.record.trials.back();
  failed.valid = false;
  failed.gates = {{"verification", "errors_percent", 50, 0.1, false, "half"}};
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).holds, Holds::did_not_hold);
  failed.gates.push_back({"server", "processes_ended", 1, 0, false, "killed"});  // its errors are no wonder
  EXPECT_EQ(answer_of(run, {no_failures({}, 0)}).holds, Holds::held);
}

TEST(Criteria, AShareOfErrorsIsOfAllRequestsOfAReplicate) {
  MadeUpRun run;
  add_metric(run, "a", "success_rate", {0.9, 0.8, 1, 0.9, 0.8, 1});
  run.record.trials[0].metrics["requests"] = 10;
  run.trial("closed", "ping", "a", 1, 0.5, 2).metrics["requests"] = 90;  // without errors: 1 of 100 failed
  const Criterion low{.kind = Kind::error_share, .loads = {"closed"}, .contenders = {"a"}, .high = 0.3};
  const auto found = answer_of(run, {low});
  EXPECT_EQ(found.holds, Holds::held);
  EXPECT_TRUE(mentions(found.figure, "without a good answer 8.50 % ["));
  EXPECT_TRUE(mentions(found.figure, "n = 6, 5100 requests"));
  EXPECT_TRUE(mentions(found.figure, "[0, "));  // no less than none
}

TEST(Criteria, WhatDidNotComeToRestDecidesNothing) {
  MadeUpRun run;
  std::vector<std::vector<double>> falling;
  for (int replicate = 0; replicate < 10; ++replicate)
    falling.push_back({1000, 950, 900, 850, 800, 700, 650, 600, 550.0 + replicate});
  run.steady("a", falling);
  run.steady("b", std::vector<std::vector<double>>(10, std::vector<double>(9, 2000)));
  const auto found = answer_of(run, {better_than("b", {"a"})});
  EXPECT_EQ(found.holds, Holds::could_not_tell);
  EXPECT_TRUE(mentions(found.figure, "a: no steady state"));
}

TEST(Criteria, SeveralMustAllHold) {
  auto run = of_rates({{"a", 1000}, {"b", 2000}});
  add_metric(run, "b", "fullest_worker_share", {0.6, 0.7, 0.8, 0.6, 0.7, 0.8});
  const Criterion share{.kind = Kind::metric,
                        .loads = {"closed"},
                        .contenders = {"b"},
                        .metric = "fullest_worker_share",
                        .low = 0.9};
  const auto found = answer_of(run, {better_than("b", {"a"}), share});
  EXPECT_EQ(found.holds, Holds::did_not_hold);
  EXPECT_EQ(found.parts.size(), 2u);
}

TEST(Claims, OfSeveralFiguresShowEach) {
  auto suite = steady_suite();
  suite::Claim claim{.says = "b is the best", .source = "seed"};
  claim.published = "2x";
  claim.criteria = {better_than("b", {"a", "c"})};
  suite.claims = {claim};
  const auto run = of_rates({{"a", 1000}, {"b", 2000}, {"c", 1900}});
  const auto verdicts = test_claims(Evidence(suite, run.record));
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(verdicts[0].parts.size(), 2u);
  EXPECT_EQ(verdicts[0].published, "2x");
  EXPECT_EQ(verdicts[0].holds, Holds::held);
  // Where one of them takes no part, it is another question.
  const auto without = of_rates({{"a", 1000}, {"b", 2000}});
  EXPECT_TRUE(test_claims(Evidence(suite, without.record)).empty());
}

TEST(Advice, AboutAContenderNamesItsFigures) {
  auto suite = steady_suite();
  suite::Advice advice{.group = "Strengths", .says = "Fast"};
  advice.about = "b";
  advice.criteria = {better_than("b", {"a"}), better_than("b", {"c"})};
  suite.advice = {advice};
  const auto run = of_rates({{"a", 1000}, {"b", 2000}, {"c", 1500}});
  const auto given = give_advice(Evidence(suite, run.record));
  ASSERT_EQ(given.size(), 1u);
  EXPECT_EQ(given[0].about, "b");
  EXPECT_TRUE(mentions(given[0].figure, "requests/s 2.00x ["));
  EXPECT_TRUE(mentions(given[0].figure, "; requests/s 1.33x ["));

  suite.advice[0].criteria = {better_than("b", {"a", "c"})};
  EXPECT_TRUE(
      mentions(give_advice(Evidence(suite, run.record)).at(0).figure, "all 2 hold, the least surely"));
  suite.advice[0].criteria = {better_than("b", {"a"}), better_than("c", {"b"})};
  EXPECT_TRUE(give_advice(Evidence(suite, run.record)).empty());
}

}  // namespace
}  // namespace shootout::judge
