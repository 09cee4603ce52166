#include "launch/process_table.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace shootout::launch {
namespace {

/// A child that pauses, with what it did before.
template <class Before>
pid_t child_that(Before before) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    before();
    (void)!::write(ready[1], "x", 1);
    while (true) ::pause();
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ::close(ready[1]);
  return pid;
}

TEST(ProcessTable, ReadsAProcessWhateverItsName) {
  const pid_t pid = child_that([] {
    ::setsid();
    ::prctl(PR_SET_NAME, "a) S 1 (b");
  });
  const auto process = read_process(pid);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->name, "a) S 1 (b");
  EXPECT_EQ(process->parent, ::getpid());
  EXPECT_EQ(process->session, pid);
  EXPECT_TRUE(lives(pid, process->start_ticks));
  EXPECT_FALSE(lives(pid, process->start_ticks + 1));
  const auto below = descendants(read_processes(), ::getpid());
  EXPECT_NE(std::ranges::find(below, pid), below.end());
  ::kill(pid, SIGKILL);
  siginfo_t info;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(read_process(pid)) << "a zombie does not live";
  EXPECT_FALSE(read_processes().contains(pid));
  ::waitpid(pid, nullptr, 0);
  EXPECT_FALSE(read_process(pid));
  EXPECT_EQ(command_line(pid), "");
}

TEST(ProcessTable, DescendantsComeAfterTheirParents) {
  const ProcessTable table{{1, {.pid = 1}},
                           {5, {.pid = 5, .parent = 9}},
                           {7, {.pid = 7, .parent = 5}},
                           {9, {.pid = 9, .parent = 1}},
                           {8, {.pid = 8, .parent = 2}}};
  EXPECT_EQ(descendants(table, 1), (std::vector<pid_t>{9, 5, 7}));
  EXPECT_TRUE(descendants(table, 7).empty());
}

TEST(ProcessTable, BearsProcessesThatGoWhileTheyAreRead) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);  // no zombies: they go at once
  for (int i = 0; i < 150; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    while (read_process(pid)) {
    }
  }
  ::signal(SIGCHLD, before);
}

}  // namespace
}  // namespace shootout::launch
