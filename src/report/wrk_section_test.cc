// What wrk would print and what it cannot tell, in a report of made-up trials.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "judge/made_up_run.h"
#include "report/report.h"

namespace shootout::report {
namespace {

/// 8,000 connections on two servers; the second one's listen queue overflows.
class WrkSection : public testing::Test {
 protected:
  WrkSection() {
    suite = judge::steady_suite();
    suite.loads.resize(1);
    auto& load = suite.loads[0];
    load.title = "8,000 connections";
    load.connections = "{connections}";
    load.cells = {{"ping", {{"connections", "8000"}}}};
    load.statistics = suite::Statistics::wrk;
    load.offering = {.threads = 24, .opened_per_second = 10'000};
    suite.scenarios[0].request.target = "/api/v2/{msisdn:1..9}";
    run.steady("a", {{2400}, {2500}});
    run.steady("b", {{9100}, {9200}});
    run.record.id = "2026-11-22-153012-steady-4f2a";
    run.record.machine = {{"cores_allowed", {0, 1}}, {"somaxconn", 128}};
    run.record.contenders = {{"a", {{"title", "Gunicorn"}}}, {"b", {{"title", "Bjoern"}}}};
    for (auto& trial : run.record.trials) {
      const double rate = trial.metrics["requests_per_second"];
      trial.metrics.insert({{"answers", rate / 2},
                            {"bytes_received", 180 * rate / 2},
                            {"latency_mean_us", 606.14e3},
                            {"latency_stdev_us", 252.39e3},
                            {"latency_max_us", 1.99e6},
                            {"latency_within_1_stdev", 0.8467},
                            {"thread_rate_mean", 153.12},
                            {"thread_rate_stdev", 197.78},
                            {"thread_rate_max", 1600},
                            {"thread_rate_within_1_stdev", 0.8479},
                            {"waiting_at_end", 7900},
                            {"waited_at_end_max_us", 3.5e6},
                            {"slower_than_2s", 0.25},
                            {"connections_never_served", 12},
                            {"open_s", 0.8},
                            {"errors_before_window", 0}});
      if (trial.contender == "a") continue;
      trial.metrics.insert({{"socket_errors_read", 3}, {"listen_overflows", 40}, {"listen_backlog", 128}});
      trial.load_result = {
          {"errors", {{"reset", 3}}},
          {"errors_before", {{"timeout", 5}}},
          {"offences", {{{"error", "reset"}, {"what", "Connection reset by peer before the answer"}}}}};
    }
  }
  [[nodiscard]] std::string text() const {
    return terminal(suite, run.record, judge::judge(suite, run.record), {});
  }
  /// Wherever the lines break.
  [[nodiscard]] bool says(const std::string& part) const {
    std::istringstream words(text());
    std::string all;
    for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
    return all.find(part) != std::string::npos;
  }
  suite::Suite suite;
  judge::MadeUpRun run;
};

TEST_F(WrkSection, PrintsABlockAContenderInWrksForm) {
  const std::string gunicorn =
      "Running 0.5s test @ /api/v2/{msisdn:1..9}\n"
      "  24 threads and 8000 connections\n"
      "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
      "    Latency   606.14ms  252.39ms   1.99s    84.67%\n"
      "    Req/Sec   153.12    197.78     1.60k    84.79%\n"
      "  1225 requests in 500.00ms, 215.33KB read\n"
      "Requests/sec:   2450.00\n"
      "Transfer/sec:    430.66KB\n";
  EXPECT_TRUE(judge::mentions(text(), gunicorn));
  EXPECT_TRUE(judge::mentions(text(), "  Socket errors: connect 0, read 3, write 0, timeout 0\n"));
  const auto record = judge::judge(suite, run.record);
  EXPECT_TRUE(judge::mentions(markdown(suite, run.record, record), "```\n" + gunicorn + "```\n"));
}

TEST_F(WrkSection, TellsWhatWrkCannot) {
  EXPECT_TRUE(says("What wrk cannot tell."));
  EXPECT_TRUE(says("Waiting at the end"));
  EXPECT_TRUE(says("Gunicorn: none."));
  EXPECT_TRUE(says(
      "Bjoern: 6 reset (Connection reset by peer before the answer); before the window, while connections "
      "were "
      "opened and settled: 10 timeout. Its listen queue of 128 (net.core.somaxconn, which caps it, is 128) "
      "overflowed: the kernel dropped 80 connections in 2 of 2 trials. That is the cause of 6 reset, 10 "
      "timeout."));
}

TEST_F(WrkSection, IsThereOnlyWhereTheSuiteAsksForIt) {
  suite.loads[0].statistics = suite::Statistics::usual;
  EXPECT_FALSE(says("What wrk cannot tell"));
  EXPECT_FALSE(says("Socket errors"));
}

TEST_F(WrkSection, JsonHasTheSame) {
  const auto document = nlohmann::json::parse(json(suite, run.record, judge::judge(suite, run.record)));
  const auto& figures = document.at("figures");
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_TRUE(figures[0].at("errors").at("by_class").empty());
  EXPECT_FALSE(figures[0].at("errors").contains("overflow"));
  EXPECT_EQ(figures[1].at("errors").at("by_class").at("reset"), 6);
  EXPECT_EQ(figures[1].at("errors").at("before_window").at("timeout"), 10);
  EXPECT_TRUE(judge::mentions(figures[1].at("errors").at("overflow"), "its listen queue of 128"));
  EXPECT_EQ(figures[0].at("metrics").at("thread_rate_stdev").at("value"), 197.78);
  EXPECT_EQ(document.at("trials")[1].at("contender"), "a");
  EXPECT_EQ(document.at("trials")[2].at("error_classes_before_window").at("timeout"), 5);
}

}  // namespace
}  // namespace shootout::report
