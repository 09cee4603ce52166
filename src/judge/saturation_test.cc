#include "judge/saturation.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

/// What limits "sync" (four workers of Python) on two cores, by its CPU and the database's.
std::string limit(double server, std::optional<double> database, int workers = 4) {
  MadeUpRun run;
  run.steady("sync", ten_replicates(1000, 0));
  run.record.contenders["sync"]["python"] = "3.11";
  run.record.contenders["sync"]["workers"] = workers;
  run.record.contenders["sync"].erase("slots");
  run.record.plan["pinning"] = {{"servers", {0, 1}}};
  for (auto& trial : run.record.trials) {
    trial.metrics["cpu_percent"] = server;
    if (database) trial.metrics["database_cpu_percent"] = *database;
  }
  return judge(steady_suite(), run.record).cells[0].limit;
}

TEST(Saturation, IsOfTheServersCores) {
  EXPECT_EQ(limit(182, 10), "CPU bound: 91 % of the 2 cores that it can use");
  EXPECT_EQ(limit(95, 10, 1), "CPU bound: 95 % of the core that it can use");
}

TEST(Saturation, IsOfTheDatabase) {
  EXPECT_EQ(limit(15, 184), "database bound: it took 92 % of the 2 cores, the server 8 %");
}

TEST(Saturation, IsOfBothTogether) {
  EXPECT_EQ(limit(110, 80),
            "CPU bound together with the database: 55 % and 40 % of the 2 cores that they share");
}

TEST(Saturation, OfNobodyIsSaid) {
  EXPECT_EQ(limit(100, 40),
            "not saturated: 50 % of the 2 cores that it can use, the database 20 %: it waits");
  EXPECT_EQ(limit(100, std::nullopt), "not saturated: 50 % of the 2 cores that it can use: it waits");
}

TEST(Saturation, IsNotGuessed) {
  MadeUpRun run;
  run.steady("sync", ten_replicates(1000, 0));
  run.record.contenders["sync"].erase("slots");
  EXPECT_EQ(judge(steady_suite(), run.record).cells[0].limit, "");
}

TEST(Saturation, OfTheGeneratorLeavesNoTrial) {
  MadeUpRun run;
  run.steady("sync", ten_replicates(1000, 0));
  for (auto& trial : run.record.trials) {
    trial.valid = false;
    trial.metrics["ceiling_per_second"] = 1.5 * trial.metrics["requests_per_second"];
  }
  EXPECT_TRUE(mentions(judge(steady_suite(), run.record).cells[0].limit,
                       "the generator: its own ceiling is 1.50 times the contender's rate"));
  for (auto& trial : run.record.trials) trial.metrics["ceiling_per_second"] *= 4;
  EXPECT_EQ(judge(steady_suite(), run.record).cells[0].limit, "");  // void for another reason
}

}  // namespace
}  // namespace shootout::judge
