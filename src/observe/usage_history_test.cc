#include "observe/usage_history.h"

#include <gtest/gtest.h>

namespace shootout::observe {
namespace {

ProcessUsage process(pid_t pid, double user, double system, std::int64_t rss) {
  ProcessUsage usage;
  usage.pid = pid;
  usage.start_ticks = static_cast<std::uint64_t>(pid) * 10;
  usage.name = "p";
  usage.cpu_user_s = user;
  usage.cpu_system_s = system;
  usage.rss_bytes = rss;
  return usage;
}

TEST(UsageHistory, AProcessThatEndsCountsUpToTheLastMomentItWasSeen) {
  UsageHistory history;
  history.add({.at_s = 0, .processes = {process(1, 1, 1, 100), process(2, 10, 0, 100)}});
  history.add(
      {.at_s = 1, .processes = {process(1, 1.5, 1, 100), process(2, 12, 1, 300), process(3, 0.25, 0, 50)}});
  history.add({.at_s = 2, .processes = {process(1, 2, 1.5, 100), process(4, 0.5, 0, 1)}});
  EXPECT_DOUBLE_EQ(history.cpu().user_s, 1 + 2 + 0.25 + 0.5);
  EXPECT_DOUBLE_EQ(history.cpu().system_s, 0.5 + 1);
  EXPECT_EQ(history.peak_rss_bytes(), 450);
  EXPECT_EQ(history.ended(), (std::vector<pid_t>{2, 3}));
  EXPECT_EQ(history.appeared(), (std::vector<pid_t>{3, 4}));
}

TEST(UsageHistory, DiskCountsFromTheFirstMomentAndIsAbsentWhereNobodyTells) {
  UsageHistory history;
  auto told = process(1, 0, 0, 1), silent = process(2, 0, 0, 1);
  told.disk_read_bytes = 1000;
  history.add({.at_s = 0, .processes = {told, silent}});
  told.disk_read_bytes = 1500;
  auto late = process(3, 0, 0, 1);
  late.disk_read_bytes = 20;
  history.add({.at_s = 1, .processes = {told, silent, late}});
  told.disk_read_bytes.reset();  // could not be read while it was ending
  history.add({.at_s = 2, .processes = {told, silent}});
  EXPECT_EQ(history.disk_read_bytes(), 520);
  EXPECT_FALSE(history.disk_written_bytes());
}

TEST(UsageHistory, PssPeaksOverTheMomentsThatHaveIt) {
  UsageHistory history;
  auto walked = process(1, 0, 0, 1);
  history.add({.at_s = 0, .processes = {walked}});
  EXPECT_FALSE(history.peak_pss_bytes());
  for (const std::int64_t pss : {70, 90, 80}) {
    walked.pss_bytes = pss;
    history.add({.at_s = 1, .processes = {walked}});
  }
  EXPECT_EQ(history.peak_pss_bytes(), 90);
  history.add({.at_s = 2, .processes = {}});
  EXPECT_EQ(history.peak_pss_bytes(), 90);
}

TEST(UsageHistory, TheSampleIsOfTheLastMoment) {
  UsageHistory history;
  history.add({.at_s = 0, .processes = {process(1, 1, 0, 100), process(2, 1, 0, 100)}});
  auto later = process(1, 1.5, 0.25, 120);
  later.pss_bytes = 60;
  history.add({.at_s = 1, .processes = {later}});
  const nlohmann::json expected = {{"cpu_user_s", 0.5},
                                   {"cpu_system_s", 0.25},
                                   {"rss_bytes", 120},
                                   {"pss_bytes", 60},
                                   {"processes",
                                    {{{"pid", 1},
                                      {"name", "p"},
                                      {"cpu_user_s", 0.5},
                                      {"cpu_system_s", 0.25},
                                      {"rss_bytes", 120},
                                      {"pss_bytes", 60}}}}};
  EXPECT_EQ(history.sample(), expected);
}

}  // namespace
}  // namespace shootout::observe
