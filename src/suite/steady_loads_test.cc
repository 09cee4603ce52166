// Fixed work, closed and open loops over windows.
#include "suite/steady_suite_for_test.h"

namespace shootout::suite {
namespace {

Cell cell(const std::string& load, const std::string& text = kSteady) {
  const Suite suite = suite_of(text);
  const auto filled = cell_of(suite, *find_load(suite, load).value(), suite.scenarios.at(0), Launchable{});
  EXPECT_TRUE(filled) << filled.error().what;
  return filled.value_or(Cell{});
}

TEST(SteadyLoads, AreReadBesideFixedWork) {
  const Suite suite = suite_of();
  ASSERT_EQ(suite.loads.size(), 3u);
  const Load &work = suite.loads[0], &closed = suite.loads[1], &open = suite.loads[2];
  EXPECT_FALSE(work.window);
  EXPECT_EQ(work.requests_per_connection, "3");
  EXPECT_EQ(work.checked_share, 1);
  ASSERT_TRUE(closed.window);
  EXPECT_EQ(closed.window->seconds, 0.3);
  EXPECT_EQ(closed.window->settle_s, 0.05);
  EXPECT_EQ(closed.window->warm_up_s, 2);
  EXPECT_DOUBLE_EQ(closed.checked_share, 0.1);
  EXPECT_EQ(closed.rate, "");
  ASSERT_TRUE(open.window);
  EXPECT_EQ(open.window->settle_s, Window{}.settle_s);
  EXPECT_EQ(open.rate, "{r}");
}

TEST(SteadyLoads, EachKindHasTheMetricThatDecides) {
  const Suite suite = suite_of();
  EXPECT_EQ(suite.loads[0].decides, "duration_s");
  EXPECT_EQ(suite.loads[1].decides, "requests_per_second");
  EXPECT_EQ(suite.loads[2].decides, "latency_p99_us");
  const Suite other =
      suite_of(steady_with("    window: 1\n", "    window: 1\n    decides: latency_p50_us\n"));
  EXPECT_EQ(other.loads[2].decides, "latency_p50_us");
}

TEST(SteadyLoads, CellsTakeThemOver) {
  const Cell work = cell("work");
  EXPECT_FALSE(work.window);
  EXPECT_FALSE(work.rate);
  EXPECT_EQ(work.requests_per_connection, 3u);
  EXPECT_EQ(work.checked_share, 1);
  const Cell closed = cell("closed");
  ASSERT_TRUE(closed.window);
  EXPECT_EQ(closed.window->seconds, 0.3);
  EXPECT_EQ(closed.connections, 8u);
  EXPECT_DOUBLE_EQ(closed.checked_share, 0.1);
  EXPECT_FALSE(closed.rate);
  EXPECT_EQ(cell("open").rate, 99.5);
  EXPECT_EQ(cell("open", steady_with("rate: \"{r}\"", "rate: 200")).rate, 200);
}

TEST(SteadyLoads, AreOfferedAsTheySay) {
  const Cell usual = cell("closed");
  EXPECT_EQ(usual.window.value().latencies, 20);
  EXPECT_EQ(usual.offering, Offering{});
  EXPECT_EQ(usual.statistics, Statistics::usual);
  const Cell like_wrk = cell("closed", steady_with("    window: 0.3\n",
                                                   "    window: 0.3\n    latencies: 5\n    threads: 12\n"
                                                   "    opened_per_second: 10000\n    timeout: 2\n"
                                                   "    statistics: wrk\n"));
  EXPECT_EQ(like_wrk.window.value().latencies, 5);
  EXPECT_EQ(like_wrk.offering, (Offering{.threads = 12, .opened_per_second = 10000}));
  EXPECT_EQ(like_wrk.timeout_s, 2);
  EXPECT_EQ(like_wrk.statistics, Statistics::wrk);
}

TEST(SteadyLoads, AreOfferedAsTheProfileSays) {
  const Suite suite = suite_of(
      steady_with("blocks: 3}", "blocks: 3, loads: {closed: {threads: 24, latencies: 2, statistics: wrk}}}"));
  const Suite quick = with_profile(suite, "quick");
  EXPECT_EQ(quick.loads[1].offering.threads, 24U);
  EXPECT_EQ(quick.loads[1].window.value().latencies, 2);
  EXPECT_EQ(quick.loads[1].window->seconds, 0.3);
  EXPECT_EQ(quick.loads[1].statistics, Statistics::wrk);
  EXPECT_EQ(suite.loads[1].offering.threads, 0U);
}

TEST(SteadyLoads, ThoseOfTheTestsSuitesFill) {
  const std::filesystem::path root = SHOOTOUT_SOURCE_DIR;
  const auto folders = read_contenders({root / "contenders", root / "tests" / "contenders"});
  ASSERT_TRUE(folders) << folders.error().what;
  for (const char* name : {"steady.yaml", "health.yaml"}) {
    const auto suite = read_suite(root / "tests" / "suites" / name);
    ASSERT_TRUE(suite) << suite.error().what;
    const auto checked = check_contenders(*suite, *folders);
    EXPECT_TRUE(checked) << checked.error().what;
    const auto contenders = with_variants(*suite, *folders);
    ASSERT_TRUE(contenders) << contenders.error().what;
    for (const auto& contender : suite->contenders) {
      const auto ready = resolve(contenders->at(contender), {},
                                 {{"python", "python3"}, {"upstream.url", "http://127.0.0.1:8001"}});
      ASSERT_TRUE(ready) << ready.error().what;
      for (const auto& load : suite->loads) {
        const auto filled = cell_of(*suite, load, suite->scenarios.at(0), *ready);
        ASSERT_TRUE(filled) << filled.error().what;
        EXPECT_TRUE(filled->window);
        EXPECT_EQ(filled->rate.has_value(), load.name == "open");
      }
    }
  }
}

TEST(SteadyLoads, MistakesAreTold) {
  const std::string metrics =
      "duration_s, requests_per_second, cpu_us_per_request, latency_p50_us, latency_p95_us, latency_p99_us";
  expect_mistakes({
      {"window: 0.3", "window: 0.3\n    requests_per_connection: 2",
       "s.yaml:21: requests_per_connection: not together with 'window': either fixed work, or a steady load"},
      {"window: 0.3\n", "windwo: 0.3\n",
       "s.yaml:20: unknown key 'windwo'; did you mean 'window'?\n"
       "s.yaml:21: settle: only with 'window', which makes a load steady\n"
       "s.yaml:22: warm_up: only with 'window', which makes a load steady"},
      {"requests_per_connection: 3", "requests_per_connection: 3\n    latencies: 5\n    statistics: wrk",
       "s.yaml:17: latencies: only with 'window', which makes a load steady\n"
       "s.yaml:18: statistics: only with 'window', which makes a load steady"},
      {"window: 0.3", "window: 0.3\n    statistics: ab",
       "s.yaml:21: statistics: there is no kind of statistics 'ab'; there are: usual, wrk"},
      {"window: 0.3", "window: 0.3\n    latencies: -1",
       "s.yaml:21: latencies: must be between 0 and 1000, found -1"},
      {"window: 0.3", "window: 0.3\n    threads: 2000",
       "s.yaml:21: threads: must be between 0 and 1024, found 2000"},
      {"    window: 1\n", "", "s.yaml:27: rate: only with 'window', which makes a load steady"},
      {"window: 0.3", "window: 0", "s.yaml:20: window: must be between 0.05 and 86400, found 0"},
      {"window: 0.3", "window: 300ms", "s.yaml:20: window: expected a number, found '300ms'"},
      {"settle: 0.05", "settle: -1", "s.yaml:21: settle: must be between 0 and 3600, found -1"},
      {"checked_share: 10%", "checked_share: 0",
       "s.yaml:23: checked_share: must be between 0.01% and 100%, found 0"},
      {"checked_share: 10%", "checked_share: 10",
       "s.yaml:23: checked_share: expected a share such as 5% or 0.05, found '10'"},
      {"rate: \"{r}\"", "rate: \"{rr}\"",
       "s.yaml:28: rate: scenario 'one': nothing fills {rr} in '{rr}': there is no value 'rr'; did you mean "
       "'r'?"},
      {"r: 99.5", "r: 0", "s.yaml:28: rate: scenario 'one': must be between 0.01 and 10000000, found 0"},
      {"r: 99.5", "r: fast", "s.yaml:28: rate: scenario 'one': expected a number, found 'fast'"},
      {"rate: \"{r}\"", "rate: \"{r}\"\n    decides: latency_p90_us",
       "s.yaml:29: decides: there is no metric that can decide 'latency_p90_us'; did you mean "
       "'latency_p50_us'?"},
      {"rate: \"{r}\"", "rate: \"{r}\"\n    decides: speed",
       "s.yaml:29: decides: there is no metric that can decide 'speed'; there are: " + metrics},
      {"rate: \"{r}\"", "rate: \"{r}\"\n    decides: requests_per_second",
       "s.yaml:29: decides: the requests/s of an open loop are the load's own; latency decides, or CPU"},
      {"window: 0.3", "window: 0.3\n    decides: duration_s",
       "s.yaml:21: decides: a window lasts as long as it is told to; a steady load has no duration of its "
       "own"},
  });
}

}  // namespace
}  // namespace shootout::suite
