#include "observe/process_stat.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace shootout::observe {
namespace {

TEST(ProcessStat, ReadsTheFieldsBehindAnyName) {
  for (const char* name : {"gunicorn", "tmux: server", "a) R 1 (b", ")(", "", "((x))) S 9"}) {
    const std::string line = "42 (" + std::string(name) +
                             ") S 7 42 42 0 -1 4194560 1 2 3 4 250 130 11 12 20 0 5 0 98765 1000000 321 "
                             "18446744073709551615 1 1 0 0 0\n";
    const auto stat = parse_process_stat(line);
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->name, name);
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->parent, 7);
    EXPECT_EQ(stat->user_ticks, 250U);
    EXPECT_EQ(stat->system_ticks, 130U);
    EXPECT_EQ(stat->children_ticks, 11U + 12U);
    EXPECT_FALSE(stat->kernel_thread);
    EXPECT_EQ(stat->threads, 5);
    EXPECT_EQ(stat->start_ticks, 98765U);
    EXPECT_EQ(stat->rss_pages, 321);
    EXPECT_FALSE(stat->ended());
  }
}

TEST(ProcessStat, KnowsAKernelThread) {
  const auto stat = parse_process_stat(
      "15 (ksoftirqd/0) S 2 0 0 0 -1 69238848 0 0 0 0 0 12 0 0 20 0 1 0 9 0 0 18446744073709551615 0 0\n");
  ASSERT_TRUE(stat);
  EXPECT_TRUE(stat->kernel_thread);
}

TEST(ProcessStat, APrintableName) {
  EXPECT_EQ(printable("tmux: server"), "tmux: server");
  EXPECT_EQ(printable("caf\xc3\xa9\n"), "caf???");
}

TEST(ProcessStat, RefusesWhatIsNoSuchLine) {
  for (const char* line :
       {"", "42", "42 (x", "42 (x)", "42 (x) ", "42 (x) S", "42 (x) S 1 2 3", "42 (x) S 1 2 x 4"}) {
    EXPECT_FALSE(parse_process_stat(line)) << line;
  }
}

TEST(ProcessStat, AnEndedFirstThreadIsNoEndOfTheProcess) {
  ProcessStat stat;
  stat.state = 'Z';
  stat.threads = 3;
  EXPECT_FALSE(stat.ended());
  stat.threads = 1;
  EXPECT_TRUE(stat.ended());
}

TEST(ProcessStat, OfThisProcess) {
  const auto stat = process_stat(::getpid());
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->parent, ::getppid());
  EXPECT_GT(stat->rss_pages, 0);
}

using namespace std::string_view_literals;

TEST(ShortCommandLine, NamesFilesWithoutTheirFolders) {
  EXPECT_EQ(shortened_command_line("/env/bin/python\0/env/bin/gunicorn\0--bind\000127.0.0.1:8000\0"sv),
            "python gunicorn --bind 127.0.0.1:8000");
}

TEST(ShortCommandLine, TakesATitleAsItIsAndEndsInTime) {
  EXPECT_EQ(shortened_command_line("nginx: worker process\0\0\0\0"sv), "nginx: worker process");
  EXPECT_EQ(shortened_command_line(std::string(200, 'x')), std::string(80, 'x') + "...");
  EXPECT_EQ(shortened_command_line(""), "");
  EXPECT_EQ(short_command_line(::getpid()).value().substr(0, 7), "observe");
}

}  // namespace
}  // namespace shootout::observe
