#include "cli/stats_view.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace shootout::cli {
namespace {

observe::ProcessUsage process(pid_t pid, double cpu_s, std::int64_t rss) {
  observe::ProcessUsage usage;
  usage.pid = pid;
  usage.cpu_user_s = cpu_s;
  usage.rss_bytes = rss;
  return usage;
}

StatsRow example() {
  StatsRow row;
  row.name = "quart-hypercorn";
  row.cpu_percent = 153.456;
  row.memory_bytes = 129 * 1024 * 1024;
  row.memory_percent = 12.3456;
  row.network_received_bytes = 1'250'000;
  row.network_sent_bytes = 999;
  row.disk_read_bytes = 999'600;
  row.disk_written_bytes = 0;
  row.processes = 5;
  return row;
}

TEST(StatsRow, OfTwoMoments) {
  observe::TreeUsage before{.at_s = 10, .processes = {process(1, 3, 100), process(2, 1, 100)}};
  observe::TreeUsage after{.at_s = 12,
                           .processes = {process(1, 3.5, 100), process(2, 1.5, 300), process(3, 0.5, 100)}};
  after.processes[0].disk_read_bytes = 7;
  after.processes[1].disk_read_bytes = 8;
  const auto row = stats_row("x", before, after, observe::NetworkBytes{.received = 11, .sent = 12}, 5000);
  EXPECT_DOUBLE_EQ(row.cpu_percent, 75);
  EXPECT_EQ(row.memory_bytes, 500);
  EXPECT_DOUBLE_EQ(row.memory_percent, 10);
  EXPECT_EQ(row.network_received_bytes, 11);
  EXPECT_EQ(row.network_sent_bytes, 12);
  EXPECT_EQ(row.disk_read_bytes, 15);
  EXPECT_FALSE(row.disk_written_bytes);
  EXPECT_EQ(row.processes, 3U);

  for (auto& one : after.processes) one.pss_bytes = 20;
  EXPECT_EQ(stats_row("x", before, after, std::nullopt, 5000).memory_bytes, 60) << "PSS where all is known";
  EXPECT_FALSE(stats_row("x", before, after, std::nullopt, 5000).network_sent_bytes);
  EXPECT_EQ(stats_row("x", after, after, std::nullopt, 5000).cpu_percent, 0);
}

TEST(StatsTable, HasTheColumnsOfDockerStats) {
  StatsRow unknown;
  unknown.name = "upstream";
  EXPECT_EQ(stats_table({example(), unknown}, 120),
            "NAME             CPU %    MEM USAGE  MEM %   NET I/O        BLOCK I/O  PIDS\n"
            "quart-hypercorn  153.46%  129MiB     12.35%  1.25MB / 999B  1MB / 0B   5\n"
            "upstream         0.00%    0B         0.00%   -              -          0\n");
}

TEST(StatsTable, FitsTheWidth) {
  StatsRow row = example();
  row.name = "a-contender-of-my-own-with-a-name";
  row.network_received_bytes = row.network_sent_bytes = 123'000'000;
  row.disk_read_bytes = row.disk_written_bytes = 456'000'000;
  for (const int width : {80, 90, 100, 200}) {
    for (const auto& line : split(stats_table({row}, width), '\n')) EXPECT_LE(line.size(), width) << line;
  }
  EXPECT_NE(stats_table({row}, 80).find("a-contender"), std::string::npos);
  EXPECT_NE(stats_table({row}, 80).find("123MB/123MB"), std::string::npos);
  EXPECT_NE(stats_table({row}, 200).find(row.name), std::string::npos);
}

TEST(StatsCsv, PlainFiguresAndEmptyWhereUnknown) {
  EXPECT_EQ(stats_csv_row("2026-11-22T15:30:12Z", example()),
            "2026-11-22T15:30:12Z,quart-hypercorn,153.46,135266304,12.346,1250000,999,999600,0,5\n");
  StatsRow unknown;
  unknown.name = "say \"a,b\"";
  EXPECT_EQ(stats_csv_row("t", unknown), "t,\"say \"\"a,b\"\"\",0.00,0,0.000,,,,,0\n");
  EXPECT_EQ(split(stats_csv_header(), ',').size(), split(stats_csv_row("t", example()), ',').size());
}

}  // namespace
}  // namespace shootout::cli
