#include "judge/gates.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

class Gates : public testing::Test {
 protected:
  Gates() {
    cell.connections = 20;
    cell.upstream_calls = 1;
    trial.metrics = {{"success_rate", 1},
                     {"requests", 20},
                     {"errors", 0},
                     {"upstream_calls", 20},
                     {"upstream_calls_claimed", 20},
                     {"generator_cpu_percent", 12}};
    trial.load_result = {
        {"reasons", nlohmann::json::array()}, {"interrupted", false}, {"errors", {{"check", 0}}}};
    trial.observed = {{"ended", nlohmann::json::array()}, {"appeared", nlohmann::json::array()}};
  }
  [[nodiscard]] std::vector<std::string> failures() const { return failed_gates(trial, cell); }
  [[nodiscard]] bool lied() const { return target_lied(trial, cell); }

  suite::TrialRecord trial;
  suite::Cell cell;
};

TEST_F(Gates, LetASoundTrialPass) {
  EXPECT_TRUE((failures()).empty());
  EXPECT_FALSE(lied());
}

TEST_F(Gates, HoldBackErrors) {
  trial.metrics["success_rate"] = 0.95;
  trial.load_result["errors"]["timeout"] = 1;
  EXPECT_EQ(failures(), (std::vector<std::string>{"verification: 95 % of 20 requests succeeded: 1 timeout"}));
  EXPECT_FALSE(lied());
}

TEST_F(Gates, HoldBackATrialThatWasNotAnswered) {
  trial.metrics = {};
  EXPECT_EQ(failures(), (std::vector<std::string>{"verification: no request was answered"}));
}

TEST_F(Gates, HoldBackAndBlameAnswersThatFailTheirChecks) {
  trial.metrics["success_rate"] = 0.5;
  trial.load_result["errors"]["check"] = 10;
  EXPECT_TRUE(any_mentions(failures(), "10 check"));
  EXPECT_TRUE(lied());
}

TEST_F(Gates, HoldBackAndBlameClaimsThatTheCountersDoNotBear) {
  trial.metrics["upstream_calls"] = 18;
  EXPECT_EQ(failures(),
            (std::vector<std::string>{"verification: the upstream counted 18 calls, the answers claim 20"}));
  EXPECT_TRUE(lied());
  trial.metrics["upstream_calls"] = 40;
  EXPECT_TRUE(lied());
}

TEST_F(Gates, DoNotBlameForCountersWhereRequestsFailed) {
  trial.metrics["success_rate"] = 0.9;
  trial.metrics["upstream_calls_claimed"] = 18;
  EXPECT_FALSE(failures().empty());
  EXPECT_FALSE(lied());
}

TEST_F(Gates, AskForNoCountersWhereThereAreNone) {
  trial.metrics.erase("upstream_calls");
  trial.metrics.erase("upstream_calls_claimed");
  EXPECT_TRUE((failures()).empty());
}

TEST_F(Gates, HoldBackWorkThatWasNotOffered) {
  trial.metrics["requests"] = 15;
  EXPECT_TRUE(any_mentions(failures(), "15 requests were sent of the 20 planned"));
}

TEST_F(Gates, HoldBackATrialWhoseGeneratorWasTheLimit) {
  trial.metrics["generator_cpu_percent"] = 91;
  trial.load_result["reasons"].push_back("it fell behind");
  EXPECT_TRUE(any_mentions(failures(), "it took 91 % of its core"));
  EXPECT_TRUE(any_mentions(failures(), "generator: it fell behind"));
  EXPECT_FALSE(lied());
}

TEST_F(Gates, HoldBackATrialInWhichProcessesCameOrWent) {
  trial.observed["ended"] = {4711};
  trial.observed["appeared"] = {4712, 4713};
  EXPECT_EQ(failures(), (std::vector<std::string>{
                            "server: 1 process ended during the trial (process ids [4711])",
                            "server: 2 processes appeared during the trial (process ids [4712,4713])"}));
}

TEST_F(Gates, HoldBackAnInterruptedTrialWithoutBlame) {
  trial.load_result["interrupted"] = true;
  trial.metrics["upstream_calls"] = 3;
  EXPECT_TRUE(any_mentions(failures(), "interrupted before its end"));
  EXPECT_FALSE(lied());
}

}  // namespace
}  // namespace shootout::judge
