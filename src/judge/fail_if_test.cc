#include "judge/fail_if.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

// Ratios that scatter by about 1 %; their geometric mean is 1.
const std::vector<double> kEven{1.01, 0.99, 1 / 1.01, 1 / 0.99, 1.005, 1 / 1.005};
const std::vector<double> kLoose{1.4, 0.7, 1 / 1.4, 1 / 0.7, 1.2, 1 / 1.2};

void add(MadeUpRun& run, const std::string& scenario, const std::string& contender, double factor,
         const std::vector<double>& scatter = kEven) {
  int replicate = 0;
  for (const double value : scatter) {
    auto& trial = run.trial("clients", scenario, contender, ++replicate, factor * value);
    trial.metrics["cpu_us_per_request"] = 100 * value;
    trial.metrics["pss_bytes"] = 1e8;
  }
}

Result<ConditionVerdict> verdict(const std::string& text, const MadeUpRun& before, const MadeUpRun& after,
                                 const suite::Suite& suite = suite_of_six()) {
  const auto condition = Condition::parse(text, Condition::On::changes);
  if (!condition) return std::unexpected(condition.error());
  const Evidence was(suite, before.record), is(suite, after.record);
  return verdict_on(*condition, compare(was, is), was, is);
}

/// sync in "clients low" takes `factor` times as long after.
Holds holds(const std::string& text, double factor, const std::vector<double>& scatter = kEven) {
  MadeUpRun before, after;
  add(before, "low", "sync", 1, scatter);
  add(after, "low", "sync", factor, scatter);
  const auto said = verdict(text, before, after);
  EXPECT_TRUE(said) << said.error().what;
  return said ? said->holds : Holds::could_not_tell;
}

TEST(FailIf, HoldsWhereTheWholeIntervalLiesBeyond) {
  EXPECT_EQ(holds("duration worse than 5%", 1.2), Holds::held);
  EXPECT_EQ(holds("duration worse than 5%", 1.0), Holds::did_not_hold);
  EXPECT_EQ(holds("duration worse than 5%", 1.05), Holds::could_not_tell);
  EXPECT_EQ(holds("duration worse than 5%", 1.2, kLoose), Holds::could_not_tell);
  EXPECT_EQ(holds("duration better than 5%", 0.8), Holds::held);
  EXPECT_EQ(holds("duration better than 5%", 1.2), Holds::did_not_hold);
  EXPECT_EQ(holds("duration worse than 0%", 1.03), Holds::held);
}

TEST(FailIf, TheThroughputOfFixedWorkIsItsDuration) {
  EXPECT_EQ(holds("throughput worse than 20%", 1.3), Holds::held);
  EXPECT_EQ(holds("throughput worse than 20%", 1.22), Holds::did_not_hold);  // 18 % less
}

TEST(FailIf, JoinsComparisonsOfOneCell) {
  EXPECT_EQ(holds("duration worse than 5% && cpu worse than 5%", 1.2), Holds::did_not_hold);
  EXPECT_EQ(holds("duration worse than 5% || cpu worse than 5%", 1.2), Holds::held);
  EXPECT_EQ(holds("duration worse than 5% && p99 worse than 5%", 1.2), Holds::could_not_tell);
  EXPECT_EQ(holds("duration worse than 5% || p99 worse than 5%", 1.2), Holds::held);
  EXPECT_EQ(holds("duration worse than 5% && p99 worse than 5%", 1.0), Holds::did_not_hold);
  EXPECT_EQ(holds("memory worse than 5%", 1.2), Holds::did_not_hold) << "without any scatter, too";
}

TEST(FailIf, SaysWhichFigures) {
  MadeUpRun before, after;
  for (const auto* scenario : {"low", "medium"}) {
    add(before, scenario, "sync", 1);
    add(after, scenario, "sync", std::string(scenario) == "low" ? 1 : 2);
  }
  const auto said = verdict("duration worse than 5%", before, after);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->holds, Holds::held);
  ASSERT_EQ(said->parts.size(), 1u);
  EXPECT_TRUE(mentions(said->parts[0], "duration of sync, clients medium: 0.500x [0.4"));

  const auto open = verdict("p99 worse than 5%", before, after);
  EXPECT_EQ(open->holds, Holds::could_not_tell);
  EXPECT_EQ(open->parts.at(0), "p99 of sync, clients low: not taken in both runs");
}

TEST(FailIf, AsksOneContender) {
  MadeUpRun before, after;
  for (const auto* contender : {"sync", "async"}) {
    add(before, "low", contender, 1);
    add(after, "low", contender, std::string(contender) == "sync" ? 2 : 1);
  }
  EXPECT_EQ(verdict("sync:duration worse than 5%", before, after)->holds, Holds::held);
  EXPECT_EQ(verdict("async:duration worse than 5%", before, after)->holds, Holds::did_not_hold);
  EXPECT_EQ(verdict("sync:duration worse than 5% && async:duration worse than 5%", before, after)->holds,
            Holds::did_not_hold);
  EXPECT_EQ(verdict("sync:duration worse than 5% && async:cpu worse than 5%", before, after)->holds,
            Holds::did_not_hold);
  const auto unknown = verdict("asink:duration worse than 5%", before, after);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ExitCode::usage);
  EXPECT_TRUE(mentions(unknown.error().what, "async"));
}

TEST(FailIf, IsHarderToMeetWhereManyCellsAreAsked) {
  // About 3 % slower, on the edge of what six replicates tell apart from nothing in a single cell.
  const std::vector<double> scatter{1.02, 0.98, 1 / 1.02, 1 / 0.98, 1.01, 1 / 1.01};
  MadeUpRun before, after;
  add(before, "low", "sync", 1, scatter);
  add(after, "low", "sync", 1.027, scatter);
  EXPECT_EQ(verdict("duration worse than 0%", before, after)->holds, Holds::held);
  for (const auto* contender : {"async", "sync-dev"}) {
    for (const auto* scenario : {"low", "medium", "stress"}) {
      add(before, scenario, contender, 1, scatter);
      add(after, scenario, contender, 1, scatter);
    }
  }
  EXPECT_EQ(verdict("duration worse than 0%", before, after)->holds, Holds::could_not_tell);
  EXPECT_EQ(verdict("sync:duration worse than 0%", before, after)->holds, Holds::held)
      << "the others are not asked";
}

TEST(FailIf, CannotTellFromFewReplicatesOrWithoutSuchFigures) {
  MadeUpRun before, after;
  add(before, "low", "sync", 1, {1, 1.01, 1.02});
  add(after, "low", "sync", 2, {1, 1.01, 1.02});
  const auto few = verdict("duration worse than 5%", before, after);
  EXPECT_EQ(few->holds, Holds::could_not_tell);
  EXPECT_TRUE(any_mentions(few->parts, "3 replicates decide nothing"));

  auto steady = small_suite();
  steady.loads[0].window = suite::Window{};
  const auto window = verdict("duration worse than 5%", before, after, steady);
  EXPECT_EQ(window->holds, Holds::could_not_tell);
  EXPECT_TRUE(any_mentions(window->parts, "no load"));
}

}  // namespace
}  // namespace shootout::judge
