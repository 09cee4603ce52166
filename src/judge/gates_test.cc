#include "judge/gates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

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
  [[nodiscard]] std::vector<suite::GateFigure> figures() const { return gate_figures(trial, cell, gates); }
  [[nodiscard]] std::vector<std::string> failures() const { return judge::failures(figures()); }
  /// The figure of this name; one that fails every test where there is none.
  [[nodiscard]] suite::GateFigure figure(const std::string& name) const {
    for (const auto& one : figures())
      if (one.figure == name) return one;
    ADD_FAILURE() << "no figure " << name;
    return {};
  }
  [[nodiscard]] bool has(const std::string& name) const {
    const auto all = figures();
    return std::ranges::find(all, name, &suite::GateFigure::figure) != all.end();
  }
  [[nodiscard]] bool lied() const { return target_lied(trial, cell); }

  suite::TrialRecord trial;
  suite::Cell cell;
  suite::Gates gates;
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

TEST_F(Gates, TakeErrorsForFindingsWhereTheSuiteDoes) {
  cell.window = suite::Window{};
  trial.metrics["success_rate"] = 0.4;
  trial.load_result["errors"].update(
      {{"connect", 1}, {"reset", 2}, {"closed", 3}, {"read", 1}, {"timeout", 5}});
  trial.load_result["closed_by_server_idle"] = 9;
  EXPECT_FALSE(failures().empty());
  cell.statistics = suite::Statistics::wrk;
  EXPECT_TRUE(failures().empty());
  EXPECT_FALSE(lied());
  trial.metrics["success_rate"] = 0;  // a trial that says nothing at all
  EXPECT_TRUE(any_mentions(failures(), "0 % of 20 requests succeeded: 3 closed, 1 connect"));
}

TEST_F(Gates, HoldBackWrongAnswersWhereErrorsAreFindings) {
  cell.window = suite::Window{};
  cell.statistics = suite::Statistics::wrk;
  for (const char* wrong : {"check", "protocol"}) {
    trial.load_result["errors"] = {{wrong, 1}};
    EXPECT_TRUE(any_mentions(failures(), "1 answers were wrong or no legal HTTP")) << wrong;
    EXPECT_TRUE(lied()) << wrong;
  }
  trial.load_result["errors"] = {{"status", 4}};
  EXPECT_TRUE(any_mentions(failures(), "4 answers were of another status"));
  EXPECT_FALSE(lied());  // an overloaded server may say so
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

TEST_F(Gates, JudgeEachOfTheGeneratorsCores) {
  cell.window = suite::Window{};
  trial.metrics["generator_cpu_percent"] = 150;
  EXPECT_TRUE(any_mentions(failures(), "it took 150 % of its core"));
  cell.offering.threads = 4;
  trial.observed["generator_cores"] = 2;
  EXPECT_EQ(figure("generator_cpu_percent").value, 75);
  trial.observed["generator_cores"] = 8;
  EXPECT_EQ(figure("generator_cpu_percent").value, 37.5);
}

TEST_F(Gates, DoNotBlameThreadsForTheTurnsThatTheSuiteMakesThemTake) {
  cell.window = suite::Window{};
  cell.offering.threads = 2;
  trial.metrics["generator_wait_percent"] = 40;
  trial.observed["generator_cores"] = 2;
  EXPECT_TRUE(any_mentions(failures(), "it waited for a core in 40 % of the window"));
  trial.observed["generator_cores"] = 1;
  EXPECT_TRUE(failures().empty());
}

TEST_F(Gates, HoldBackATrialInWhichProcessesCameOrWent) {
  trial.observed["ended"] = {4711};
  trial.observed["appeared"] = {4712, 4713};
  trial.observed["changed"] = {{"4711", "python serve.py 8001"}, {"4712", "python serve.py 8001"}};
  EXPECT_EQ(failures(), (std::vector<std::string>{
                            "server: 1 process ended during the trial: python serve.py 8001 (process 4711)",
                            "server: 2 processes appeared during the trial: python serve.py 8001 "
                            "(process 4712), process 4713"}));
}

TEST_F(Gates, HoldBackAnInterruptedTrialWithoutBlame) {
  trial.load_result["interrupted"] = true;
  trial.metrics["upstream_calls"] = 3;
  EXPECT_TRUE(any_mentions(failures(), "interrupted before its end"));
  EXPECT_FALSE(lied());
}

TEST_F(Gates, StoreEveryFigureWithItsThreshold) {
  const auto cpu = figure("generator_cpu_percent");
  EXPECT_EQ(cpu.gate, "generator");
  EXPECT_EQ(cpu.value, 12);
  EXPECT_EQ(cpu.threshold, 80);
  EXPECT_TRUE(cpu.passed);
  EXPECT_EQ(cpu.reason, "");
  EXPECT_EQ(figure("errors_percent").threshold, 0);
  EXPECT_FALSE(has("steal_percent"));  // not taken: no gate
}

class SteadyGates : public Gates {
 protected:
  SteadyGates() {
    cell.window = suite::Window{};
    cell.connections = 50;
    trial.metrics = {{"success_rate", 1},           {"requests", 2000},
                     {"duration_s", 0.5},           {"requests_per_second", 4000},
                     {"latency_mean_us", 12'500},   {"littles_law_percent", 0.1},
                     {"ceiling_per_second", 40000}, {"generator_cpu_percent", 30},
                     {"generator_wait_percent", 1}};
    trial.observed["environment"] = {{"steal_percent", 1.0},           {"others_cpu_percent", 3.0},
                                     {"memory_pressure_percent", 0.0}, {"io_pressure_percent", 2.0},
                                     {"throttled_percent", 0.0},       {"frequency_change_percent", 1.0},
                                     {"ports_in_use_percent", 20.0},   {"swapped_pages", 0}};
  }
  nlohmann::json& environment() { return trial.observed["environment"]; }
};

TEST_F(SteadyGates, LetASoundTrialPass) {
  EXPECT_EQ(failures(), std::vector<std::string>{});
  EXPECT_EQ(figures().size(), 19U);
  EXPECT_FALSE(lied());
}

TEST_F(SteadyGates, HoldBackWhatALimitOfTheContainerDecided) {
  trial.observed["container"] = {{"throttled_percent", 1.0}, {"oom_kills", 0}};
  EXPECT_EQ(failures(), std::vector<std::string>{});
  trial.observed["container"] = {{"throttled_percent", 25.0}, {"oom_kills", 2}};
  EXPECT_EQ(failures(),
            (std::vector<std::string>{
                "server: its CPU limit held the container back for 25 % of the time (at most 1 %)",
                "server: its memory limit was reached: the kernel killed 2 of the container's processes"}));
}

TEST_F(SteadyGates, BearAFewErrorsButNoWrongAnswer) {
  trial.metrics["success_rate"] = 0.999;  // exactly what the suite allows
  trial.load_result["errors"]["timeout"] = 2;
  EXPECT_EQ(failures(), std::vector<std::string>{});
  trial.metrics["success_rate"] = 0.9985;
  trial.load_result["unanswered"] = 1;
  EXPECT_EQ(failures(), (std::vector<std::string>{
                            "verification: 99.85 % of 2000 requests succeeded: 2 timeout, 1 unanswered"}));
  EXPECT_FALSE(lied());
  trial.metrics["success_rate"] = 0.9999;
  trial.load_result["errors"]["check"] = 1;
  EXPECT_EQ(failures(), (std::vector<std::string>{"verification: 1 answers were wrong or no legal HTTP"}));
  EXPECT_TRUE(lied());
}

TEST_F(SteadyGates, HoldBackConnectionsClosedWithoutAnAnswer) {
  trial.load_result["closed_by_server_idle"] = 2;  // of 2,000: what the suite allows
  EXPECT_EQ(failures(), std::vector<std::string>{});
  trial.load_result["closed_by_server_idle"] = 20;
  EXPECT_EQ(failures(),
            (std::vector<std::string>{"verification: for 1 % of the requests the server closed the "
                                      "connection without an answer"}));
  cell.rate = 4000;  // an open loop leaves connections idle, and a server may close those
  EXPECT_FALSE(has("dropped_percent"));
}

TEST_F(SteadyGates, LetTheServiceCountMoreThanTheWindowsAnswersClaim) {
  trial.metrics["upstream_calls_claimed"] = 2000;
  trial.metrics["upstream_calls"] = 2400;  // the traffic before the window, too
  EXPECT_EQ(failures(), std::vector<std::string>{});
  EXPECT_FALSE(lied());
  trial.metrics["upstream_calls"] = 1999;
  EXPECT_TRUE(any_mentions(failures(), "the upstream counted 1999 calls, the answers claim 2000"));
  EXPECT_TRUE(lied());
}

TEST_F(SteadyGates, HoldLittlesLawOnlyWhereTheWindowIsLongEnough) {
  trial.metrics["littles_law_percent"] = 2.5;
  EXPECT_TRUE(any_mentions(failures(), "generator: its counts do not agree: Little's law is off by 2.5 %"));
  trial.metrics["latency_mean_us"] = 25'100;  // 0.5 s are less than 20 of them
  EXPECT_FALSE(has("littles_law_percent"));
  EXPECT_EQ(failures(), std::vector<std::string>{});
}

TEST_F(SteadyGates, GoByTheSuitesThresholdsAndNotByTheEngines) {
  trial.load_result["reasons"] = {
      "the generator was the bottleneck: its threads used 85 % of a core each (more than 80 %)"};
  trial.metrics["generator_cpu_percent"] = 85;
  EXPECT_EQ(failures().size(), 1U);
  gates.generator_cpu_percent = 90;
  EXPECT_EQ(failures(), std::vector<std::string>{});
}

TEST_F(SteadyGates, HoldBackATrialWhoseGeneratorHadNoCore) {
  trial.metrics["generator_wait_percent"] = 37;
  EXPECT_EQ(
      failures(),
      (std::vector<std::string>{"generator: it waited for a core in 37 % of the window (at most 10 %)"}));
}

TEST_F(SteadyGates, DoNotCountWaitingWithOpenEyesAsWork) {
  trial.metrics["generator_cpu_percent"] = 99;
  trial.load_result["cpu_user_s"] = 0.4;
  trial.load_result["cpu_system_s"] = 0.095;
  trial.load_result["spin_s"] = 0.3;
  trial.load_result["wall_s"] = 0.5;
  EXPECT_NEAR(figure("generator_cpu_percent").value, 39, 1e-9);
  EXPECT_EQ(failures(), std::vector<std::string>{});
}

TEST_F(SteadyGates, SayWhereTheGeneratorWasTheLimit) {
  trial.metrics["ceiling_per_second"] = 8000;
  EXPECT_EQ(failures(), std::vector<std::string>{});
  trial.metrics["ceiling_per_second"] = 6000;
  EXPECT_TRUE(any_mentions(failures(), "generator: limited by the generator: "));
  EXPECT_TRUE(any_mentions(failures(), "6000/s under the same load, 1.50 times"));
  cell.rate = 4000;  // an open loop: both carry what is offered
  EXPECT_FALSE(has("ceiling_ratio"));
}

TEST_F(SteadyGates, SayWhereAnOpenLoopWasNotCarried) {
  cell.rate = 4000;
  trial.metrics["latency_mean_us"] = 1000;  // 4 in flight: 1 + 3 sqrt(8) = 9.5 of 2000 may be beyond an edge
  trial.metrics["carried_percent"] = 98.6;
  EXPECT_NEAR(figure("carried_percent").threshold, 99 - 100 * (1 + 3 * std::sqrt(8.0)) / 2000, 1e-9);
  EXPECT_EQ(failures(), std::vector<std::string>{});
  trial.metrics["carried_percent"] = 98.5;
  EXPECT_TRUE(any_mentions(failures(), "generator: only 98.5 % of the requests offered were answered"));
  cell.rate.reset();
  EXPECT_FALSE(has("carried_percent"));
}

TEST_F(SteadyGates, NameWhoTookTheCpu) {
  environment()["others_cpu_percent"] = 63.0;
  environment()["others"] = {{{"pid", 123}, {"name", "stress"}, {"cpu_percent", 61.2}},
                             {{"pid", 7}, {"name", "cron"}, {"cpu_percent", 1.8}}};
  EXPECT_EQ(failures(), (std::vector<std::string>{"environment: other processes took 63 % of a core: stress "
                                                  "(pid 123) 61 %, cron (pid 7) 2 % (at most 25 %)"}));
  EXPECT_FALSE(lied());
}

TEST_F(SteadyGates, HoldEachFigureOfTheEnvironmentAgainstItsThreshold) {
  const std::vector<std::pair<const char*, double>> limits{
      {"steal_percent", 10},        {"others_cpu_percent", 25}, {"memory_pressure_percent", 5},
      {"io_pressure_percent", 20},  {"throttled_percent", 1},   {"frequency_change_percent", 10},
      {"ports_in_use_percent", 80}, {"swapped_pages", 0}};
  for (const auto& [name, limit] : limits) {
    const auto before = environment()[name];
    environment()[name] = limit;
    EXPECT_EQ(failures(), std::vector<std::string>{}) << name;
    environment()[name] = limit + 0.5;
    EXPECT_EQ(failures().size(), 1U) << name;
    EXPECT_EQ(figure(name).gate, "environment");
    EXPECT_EQ(figure(name).threshold, limit);
    environment()[name] = before;
  }
}

TEST_F(SteadyGates, AskForEnoughOpenFiles) {
  trial.observed["portrait"] = {{"open_files", 100}};
  EXPECT_EQ(failures(), std::vector<std::string>{});
  trial.observed["portrait"] = {{"open_files", 99}};
  EXPECT_TRUE(any_mentions(failures(),
                           "environment: a process of the server may have 99 open files: 50 "
                           "connections need up to 100"));
}

TEST_F(SteadyGates, HoldTheProcessesAgainstTheClaim) {
  trial.observed["portrait"] = {{"processes", 5}, {"processes_claimed", 5}};
  EXPECT_EQ(failures(), std::vector<std::string>{});
  trial.observed["portrait"]["processes"] = 9;
  EXPECT_EQ(failures(),
            (std::vector<std::string>{"fairness: the server runs 9 processes, contender.yaml claims 5"}));
}

}  // namespace
}  // namespace shootout::judge
