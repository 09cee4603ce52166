#include "judge/claims.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "judge/criteria.h"
#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

using Kind = suite::Criterion::Kind;

ClaimVerdict test_of(const suite::Claim& claim, const MadeUpRun& run) {
  auto suite = small_suite();
  suite.claims = {claim};
  const auto judgement = judge(suite, run.record);
  if (judgement.claims.size() != 1) {
    ADD_FAILURE() << "the claim was not tested";
    return {};
  }
  return judgement.claims[0];
}

std::vector<std::string> only(const std::string& name) {
  return name.empty() ? std::vector<std::string>() : std::vector{name};
}

suite::Claim claim(Kind kind, const std::string& load, const std::string& scenario, std::optional<double> low,
                   std::optional<double> high, const std::string& contender = "") {
  suite::Claim claim;
  claim.says = "so it is";
  claim.criteria = {{.kind = kind,
                     .loads = only(load),
                     .scenario = scenario,
                     .contenders = only(contender),
                     .low = low,
                     .high = high}};
  return claim;
}

TEST(Claims, AboutASpeedupGoByTheInterval) {
  MadeUpRun run;
  run.pair("clients", "low", {7.9, 8.1, 8.3});
  const auto test = [&](double low, double high) {
    return test_of(claim(Kind::speedup, "clients", "low", low, high), run).holds;
  };
  EXPECT_EQ(test(7, 9), Holds::held);
  EXPECT_EQ(test(8, 9), Holds::could_not_tell);
  EXPECT_EQ(test(10, 15), Holds::did_not_hold);
  EXPECT_EQ(test(2, 5), Holds::did_not_hold);
  EXPECT_EQ(test_of(claim(Kind::speedup, "clients", "low", 7, 9), run).figure, "8.10x [7.62, 8.61], n = 3");
}

TEST(Claims, CannotBeToldFromOneRepetitionOrFromNothing) {
  MadeUpRun run;
  run.pair("clients", "low", {8});
  const auto one = test_of(claim(Kind::speedup, "clients", "low", 7, 9), run);
  EXPECT_EQ(one.holds, Holds::could_not_tell);
  EXPECT_EQ(one.figure, "8.00x, n = 1: no interval");
  EXPECT_EQ(test_of(claim(Kind::speedup, "clients", "stress", 7, 9), run).holds, Holds::could_not_tell);
  EXPECT_TRUE(
      mentions(test_of(claim(Kind::speedup, "internal", "low", 7, 9), run).figure, "did not measure"));
}

TEST(Claims, AboutTheAverageNeedEveryScenario) {
  MadeUpRun run;
  run.pair("clients", "low", {2, 2.1, 2});
  run.pair("clients", "medium", {3, 3.1, 3});
  const auto average = claim(Kind::average_speedup, "clients", "", 2, 5);
  EXPECT_EQ(test_of(average, run).holds, Holds::could_not_tell);
  EXPECT_TRUE(mentions(test_of(average, run).figure, "only 2 of the load's 3 scenarios"));
  run.pair("clients", "stress", {5, 5.1, 5});
  EXPECT_EQ(test_of(average, run).holds, Holds::held);
  const auto maximum = test_of(claim(Kind::maximum_speedup, "clients", "", 4, 6), run);
  EXPECT_EQ(maximum.holds, Holds::held);
  EXPECT_TRUE(mentions(maximum.figure, "(stress)"));
}

TEST(Claims, ApplyOnlyWhereTheirContendersTakePart) {
  auto suite = small_suite();
  auto of_dev = claim(Kind::speedup, "clients", "low", 2, 4);
  of_dev.contenders = {"sync-dev", "async-dev"};
  suite.claims = {of_dev, claim(Kind::cpu_load, "", "", 0, 5, "upstream-fastapi")};
  MadeUpRun run;
  run.pair("clients", "low", {8, 8, 8});
  EXPECT_TRUE(judge(suite, run.record).claims.empty());
  run.pair("clients", "low", {3, 3, 3}, "sync-dev", "async-dev");
  run.record.plan["services"]["upstream"] = "fastapi";
  const auto claims = judge(suite, run.record).claims;
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[0].holds, Holds::held);  // of the two that it names, not of the baseline's pair
}

TEST(Claims, AboutThePeakGoByTheMostThatWasSeen) {
  MadeUpRun run;
  run.trial("clients", "low", "sync", 1, 1).metrics["upstream_peak"] = 5;
  const auto limited = claim(Kind::upstream_peak, "clients", "", 7, 8, "sync");
  EXPECT_EQ(test_of(limited, run).holds, Holds::could_not_tell);  // five clients cannot exceed eight
  run.trial("clients", "stress", "sync", 1, 1).metrics["upstream_peak"] = 8;
  EXPECT_EQ(test_of(limited, run).holds, Holds::held);
  EXPECT_EQ(test_of(limited, run).figure, "at most 8 calls waited at once, of up to 100 offered");
  EXPECT_EQ(test_of(claim(Kind::upstream_peak, "clients", "", 100, {}, "sync"), run).holds,
            Holds::did_not_hold);
  EXPECT_EQ(test_of(claim(Kind::upstream_peak, "clients", "", 200, {}, "sync"), run).holds,
            Holds::could_not_tell);
  run.trial("clients", "stress", "sync", 2, 1).metrics["upstream_peak"] = 9;
  EXPECT_EQ(test_of(limited, run).holds, Holds::did_not_hold);
}

Holds rise_of(const std::vector<double>& low, const std::vector<double>& medium,
              const std::vector<double>& stress) {
  MadeUpRun run;
  run.pair("clients", "low", low);
  run.pair("clients", "medium", medium);
  run.pair("clients", "stress", stress);
  return test_of(claim(Kind::rises, "clients", "", {}, {}), run).holds;
}

TEST(Claims, AboutARiseLookAtEveryStep) {
  EXPECT_EQ(rise_of({1, 1.1, 1}, {3, 3.1, 3}, {5, 5.1, 5}), Holds::held);
  EXPECT_EQ(rise_of({1, 2.9, 1}, {3, 3.1, 3}, {5, 5.1, 5}),
            Holds::held);  // a wide step, but up in every replicate
  EXPECT_EQ(rise_of({1, 1.1, 1}, {3, 3.1, 3}, {2, 2.1, 2}), Holds::did_not_hold);
  EXPECT_EQ(rise_of({1, 1.1, 1}, {3, 3.1, 3}, {2.9, 3.3, 3.1}), Holds::could_not_tell);
  EXPECT_EQ(rise_of({1}, {3}, {5}), Holds::could_not_tell);
}

TEST(Claims, AboutCpuCompareTheSameRequests) {
  MadeUpRun run;
  const auto with_cpu = [&](const char* contender, int replicate, double user, double system) {
    auto& trial = run.trial("clients", "low", contender, replicate, 1);
    trial.metrics["cpu_user_s"] = user;
    trial.metrics["cpu_system_s"] = system;
  };
  for (int replicate = 1; replicate <= 3; ++replicate) {
    with_cpu("sync", replicate, 0.2, 0.2);
    with_cpu("async", replicate, 0.1, 0.1 + 0.001 * replicate);
  }
  with_cpu("async", 4, 9, 9);  // without a partner
  const auto less = test_of(claim(Kind::cpu_ratio, "clients", "", {}, 1, "async"), run);
  EXPECT_EQ(less.holds, Holds::held);
  EXPECT_TRUE(mentions(less.figure, "n = 3 Flask/Gunicorn's CPU time for the same requests"));
}

TEST(Claims, AboutResourcesGoByTheContender) {
  MadeUpRun run;
  for (int replicate = 1; replicate <= 3; ++replicate) {
    auto& trial = run.trial("clients", "low", "sync", replicate, 1);
    trial.metrics["cpu_idle_percent"] = 0.1;
    trial.metrics["cpu_percent"] = 49 + replicate;
    trial.metrics["pss_bytes"] = 92e6;
  }
  EXPECT_EQ(test_of(claim(Kind::cpu_idle, "", "", {}, 1, "sync"), run).holds, Holds::held);
  EXPECT_EQ(test_of(claim(Kind::cpu_load, "", "", 40, 60, "sync"), run).holds, Holds::held);
  const auto memory = test_of(claim(Kind::memory, "", "", 160e6, 240e6, "sync"), run);
  EXPECT_EQ(memory.holds, Holds::did_not_hold);
  EXPECT_EQ(memory.figure, "92.0 MB [92.0, 92.0], n = 3");
}

TEST(Claims, AboutSuccessNeedEveryPlannedTrial) {
  MadeUpRun run;
  run.pair("clients", "low", {2, 2});
  run.record.plan["trials"] = 4;
  const auto success = claim(Kind::success, "", "", {}, {});
  EXPECT_EQ(test_of(success, run).holds, Holds::held);
  run.record.plan["trials"] = 5;
  EXPECT_EQ(test_of(success, run).holds, Holds::could_not_tell);
  run.record.trials[2].metrics["success_rate"] = 0.9;
  EXPECT_EQ(test_of(success, run).holds, Holds::did_not_hold);
}

std::vector<GivenAdvice> advice_of(const MadeUpRun& run, std::optional<double> at_least,
                                   std::optional<double> below, const std::string& contender = "async") {
  auto suite = small_suite();
  suite::Advice advice{.group = "When", .says = "do it"};
  advice.criteria = {{.kind = Kind::speedup,
                      .loads = {"clients"},
                      .scenario = "low",
                      .contenders = {contender},
                      .low = at_least,
                      .high = below,
                      .below = true}};
  suite.advice = {advice};
  return judge(suite, run.record).advice;
}

TEST(Advice, IsGivenOnlyWhereTheIntervalCarriesIt) {
  MadeUpRun run;
  run.pair("clients", "low", {1.9, 2.0, 2.1});
  EXPECT_EQ(advice_of(run, 1.5, {}).size(), 1u);
  EXPECT_EQ(advice_of(run, 1.95, {}).size(), 0u);  // the point reaches it, the interval does not
  EXPECT_EQ(advice_of(run, 1.5, 2.1).size(), 0u);
  EXPECT_EQ(advice_of(run, 1.5, 3).size(), 1u);
  EXPECT_EQ(advice_of(run, {}, 1.2).size(), 0u);
  EXPECT_EQ(advice_of(run, 1.5, {}, "async-dev").size(), 0u);
  EXPECT_TRUE(mentions(advice_of(run, 1.5, {}).at(0).figure, "2.00x ["));
}

TEST(Advice, IsNotGivenOnOneRepetition) {
  MadeUpRun run;
  run.pair("clients", "low", {9});
  EXPECT_TRUE(advice_of(run, 1.5, {}).empty());
}

TEST(Advice, AboutALimitNeedsALoadThatCouldExceedIt) {
  Finding finding;
  finding.count = 5;
  finding.most_possible = 5;
  EXPECT_EQ(within(finding, {.high = 9, .below = true}), Holds::could_not_tell);
  finding.most_possible = 100;
  EXPECT_EQ(within(finding, {.high = 9, .below = true}), Holds::held);
  EXPECT_EQ(within(finding, {.high = 5, .below = true}), Holds::did_not_hold);
  EXPECT_EQ(within(finding, {.high = 5}), Holds::held);
}

// The seeds' own suite: a run in which sync serves eight at once and one call after the other, async all at
// once.
TEST(Claims, OfTheIoSuiteAreAllTested) {
  const auto suite = suite::read_suite(std::string(SHOOTOUT_SOURCE_DIR) + "/suites/io.yaml");
  ASSERT_TRUE(suite) << suite.error().what;
  MadeUpRun run;
  const auto number = [](const suite::Load& load, const std::string& scenario, const char* name) {
    return std::stod(load.cells.at(scenario).at(name));
  };
  for (int replicate = 1; replicate <= 3; ++replicate)
    for (const auto& load : suite->loads)
      for (const auto& scenario : suite->scenarios) {
        const bool many = load.name == "clients";
        const double delay = number(load, scenario.name, "delay");
        const double waits = number(load, scenario.name, many ? "clients" : "calls");
        const double in_turn = many ? std::ceil(waits / 8) : waits;
        auto& sync = run.trial(load.name, scenario.name, "flask-gunicorn", replicate,
                               in_turn * delay + 0.001 * replicate);
        sync.metrics["upstream_peak"] = many ? std::min(8.0, waits) : 1;
        sync.metrics["cpu_user_s"] = 0.02 * waits;
        sync.metrics["cpu_system_s"] = 0.01 * waits;
        sync.metrics["cpu_idle_percent"] = 0.1;
        sync.metrics["cpu_percent"] = 5;
        sync.metrics["pss_bytes"] = 90e6;
        auto other = sync;
        other.number = static_cast<int>(run.record.trials.size()) + 1;
        other.contender = "quart-hypercorn";
        other.metrics["duration_s"] = delay + 0.005;
        other.metrics["upstream_peak"] = waits;
        other.metrics["cpu_user_s"] = 0.01 * waits;
        other.metrics["cpu_system_s"] = 0.005 * waits;
        run.record.trials.push_back(other);
      }
  const auto judgement = judge(*suite, run.record);
  std::map<std::string, Holds> holds;
  for (const auto& verdict : judgement.claims) {
    holds[verdict.says] = verdict.holds;
    EXPECT_FALSE(verdict.figure.empty()) << verdict.says;
    EXPECT_FALSE(verdict.source.empty()) << verdict.says;
    EXPECT_NE(verdict.holds, Holds::could_not_tell) << verdict.says << ": " << verdict.figure;
  }
  const auto among = [&](const std::string& part) {
    for (const auto& [says, verdict] : holds)
      if (says.find(part) != std::string::npos) return verdict;
    return Holds::could_not_tell;
  };
  EXPECT_EQ(among("limited to ~8 concurrent"), Holds::held);
  EXPECT_EQ(among("~50x"), Holds::held);
  EXPECT_EQ(among("average speedup 10-15x"), Holds::did_not_hold);  // (1 + 5 + 10 + 20 + 50) / 5 is 17
  EXPECT_EQ(among("maximum speedup 30-50x"), Holds::held);
  EXPECT_EQ(among("without errors"), Holds::held);
  EXPECT_EQ(among("memory: ~200 MB"), Holds::did_not_hold);
  EXPECT_EQ(among("Development servers"), Holds::could_not_tell);  // not among them
  EXPECT_FALSE(judgement.advice.empty());
}

}  // namespace
}  // namespace shootout::judge
