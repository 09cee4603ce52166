#include "report/wrk_block.h"

#include <gtest/gtest.h>

namespace shootout::report {
namespace {

/// Gunicorn at high load, as seed 004 prints it.
TEST(WrkBlock, IsAsWrkPrintsIt) {
  const WrkFigures gunicorn{.target = "http://127.0.0.1:8000/api/v2/1234567890",
                            .threads = 24,
                            .connections = 8000,
                            .duration_s = 120.095,
                            .latency = {606.14e3, 252.39e3, 1.99e6, 0.8467},
                            .rate = {153.12, 197.78, 1600, 0.8479},
                            .requests = 290107,
                            .bytes = 50.63 * 1024 * 1024,
                            .connect = 0,
                            .read = 4530,
                            .write = 0,
                            .timeout = 15271};
  auto lines = as_wrk_prints(gunicorn).lines;
  ASSERT_EQ(lines.size(), 9U);
  lines.erase(lines.begin());  // its duration is the one that was asked for
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "  24 threads and 8000 connections",
                       "  Thread Stats   Avg      Stdev     Max   +/- Stdev",
                       "    Latency   606.14ms  252.39ms   1.99s    84.67%",
                       "    Req/Sec   153.12    197.78     1.60k    84.79%",
                       "  290107 requests in 2.00m, 50.63MB read",
                       "  Socket errors: connect 0, read 4530, write 0, timeout 15271",
                       "Requests/sec:   2415.65",
                       "Transfer/sec:    431.70KB",
                   }));
}

TEST(WrkBlock, LeavesOutErrorsWhereThereAreNoneAndHidesNoRareOnes) {
  WrkFigures figures{.target = "/x",
                     .duration_s = 1.5,
                     .latency = {900, 40, 12e3, 0.9},
                     .rate = {7275, 0, 7275, 1},
                     .requests = 10912.5,
                     .bytes = 500};
  auto lines = as_wrk_prints(figures).lines;
  EXPECT_EQ(lines.at(0), "Running 1.5s test @ /x");
  EXPECT_EQ(lines.at(3), "    Latency     0.90ms   40.00us  12.00ms   90.00%");
  EXPECT_EQ(lines.at(5), "  10912 requests in 1.50s, 500.00B read");
  EXPECT_EQ(lines.size(), 8U);
  figures.read = 1.0 / 6;
  lines = as_wrk_prints(figures).lines;
  EXPECT_EQ(lines.at(6), "  Socket errors: connect 0, read 0.17, write 0, timeout 0");
  figures.duration_s = 60;
  EXPECT_EQ(as_wrk_prints(figures).lines.at(0), "Running 1m test @ /x");
}

}  // namespace
}  // namespace shootout::report
