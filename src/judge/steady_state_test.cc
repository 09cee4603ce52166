#include "judge/steady_state.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

std::string unrest(const std::vector<std::vector<double>>& rates, const std::string& load = "closed",
                   const std::string& metric = "requests_per_second") {
  MadeUpRun run;
  run.steady("a", rates, load, metric);
  const auto suite = steady_suite();
  const Evidence evidence(suite, run.record);
  return unsteady(evidence, *evidence.load(load), suite.scenarios.front(), "a");
}

const std::vector<double> kFalling{100, 97, 95, 90, 87, 84, 80, 75, 70};

TEST(SteadyState, IsMissingWhereARateFallsWithinEachReplicate) {
  EXPECT_EQ(unrest({kFalling, kFalling, kFalling, kFalling, kFalling, kFalling}),
            "no steady state: requests/s fell by 23 % from the first third of a replicate's blocks to the "
            "last, in 6 of 6 replicates");
}

TEST(SteadyState, IsThereWhereNothingTendsAnywhere) {
  EXPECT_EQ(unrest(ten_replicates(100, 0.3)), "");
}

TEST(SteadyState, IsNotJudgedByASmallChangeHoweverSure) {
  const std::vector<double> by_eight_percent{100, 99, 98, 97, 96, 95, 94, 93, 92};
  EXPECT_EQ(unrest({6, by_eight_percent}), "");
}

TEST(SteadyState, IsNotJudgedByALargeChangeThatIsNotSure) {
  EXPECT_EQ(unrest({{100, 90, 80}, {100, 110, 120}, {100, 85, 70}}), "");
  EXPECT_EQ(unrest({{100, 90, 80}}), "");
}

TEST(SteadyState, TellsARunThatGetsSlowerFromReplicatesThatDo) {
  // From one replicate to the next the machine slows down by half; within each, nothing changes.
  std::vector<std::vector<double>> rates;
  for (int replicate = 0; replicate < 10; ++replicate) rates.emplace_back(4, 100.0 - 5 * replicate);
  EXPECT_EQ(unrest(rates), "");
}

TEST(SteadyState, OfAnOpenLoopGoesByTheLatency) {
  const std::vector<double> rising{500, 520, 560, 600, 650, 720, 800, 900, 1000};
  EXPECT_TRUE(mentions(unrest({4, rising}, "open", "latency_p50_us"), "p50 latency rose by"));
  EXPECT_EQ(unrest({4, rising}, "open", "requests_per_second"), "");
}

TEST(SteadyState, IsNoQuestionOfFixedWork) {
  MadeUpRun run;
  for (int block = 1; block <= 9; ++block) run.trial("clients", "low", "sync", 1, block, block);
  const auto suite = small_suite();
  const Evidence evidence(suite, run.record);
  EXPECT_EQ(unsteady(evidence, suite.loads.front(), suite.scenarios.front(), "sync"), "");
}

}  // namespace
}  // namespace shootout::judge
