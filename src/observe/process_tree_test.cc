#include "observe/process_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cmath>
#include <cstdlib>
#include <thread>

#include "observe/child_process_for_test.h"

namespace shootout::observe {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

TEST(ProcessTree, FollowsParentageThroughTwoGenerations) {
  ChildProcess child([](const Talk& talk) {
    ::prctl(PR_SET_NAME, "a) R 1 (b c");
    ChildProcess grandchild([](const Talk& inner) {
      inner.say('u');
      (void)inner.hear();
    });
    (void)grandchild.talk().hear();
    talk.say('u');
    (void)talk.hear();
  });
  ASSERT_EQ(child.talk().hear(), 'u');

  const auto tree = tree_of(child.pid());
  ASSERT_EQ(tree.size(), 2U);
  EXPECT_EQ(tree[0], child.pid());

  const auto usage = usage_of(child.pid(), true);
  ASSERT_EQ(usage.processes.size(), 2U);
  EXPECT_EQ(usage.processes[0].name, "a) R 1 (b c");
  EXPECT_EQ(usage.processes[1].pid, tree[1]);
  EXPECT_EQ(usage.processes[1].parent, child.pid());
  EXPECT_EQ(usage.rss_bytes(), usage.processes[0].rss_bytes + usage.processes[1].rss_bytes);
  ASSERT_TRUE(usage.pss_bytes());
  EXPECT_LT(*usage.pss_bytes(), usage.rss_bytes()) << "what forked processes share counts once in PSS";
  EXPECT_FALSE(usage_of(child.pid(), false).pss_bytes());

  const auto own = tree_of(::getpid());
  EXPECT_EQ(own.size(), 3U);
  child.talk().say('e');
}

TEST(ProcessTree, WhatHasEndedIsNotInIt) {
  ChildProcess child([](const Talk&) {});
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT),
            0);  // it stays a zombie
  EXPECT_TRUE(tree_of(child.pid()).empty());
  EXPECT_TRUE(usage_of(child.pid(), true).processes.empty());
  child.wait();
  EXPECT_TRUE(tree_of(child.pid()).empty());
}

TEST(ProcessTree, CpuOfLivingAndDeadThreadsIsWhatTheKernelAccounts) {
  ChildProcess child([](const Talk& talk) {
    std::thread([] { burn_cpu(0.05); }).join();
    burn_cpu(0.15);
    talk.say('b');
    (void)talk.hear();
  });
  ASSERT_EQ(child.talk().hear(), 'b');
  const auto usage = usage_of(child.pid(), false);
  child.talk().say('e');
  const rusage used = child.wait();

  ASSERT_EQ(usage.processes.size(), 1U);
  const double seen = usage.processes[0].cpu_user_s + usage.processes[0].cpu_system_s;
  EXPECT_GE(seen, 0.2);
  // The difference is the child's last breath after the sample, and what a running thread has not been
  // charged yet.
  EXPECT_NEAR(seen, seconds_of(used.ru_utime) + seconds_of(used.ru_stime), 0.015);
  EXPECT_GT(usage.processes[0].cpu_user_s, 0);
}

TEST(ProcessTree, CpuIsFinerThanTicks) {
  ChildProcess child([](const Talk& talk) {
    talk.say('u');
    (void)talk.hear();
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    burn_cpu(static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 + 0.003);
    talk.say('b');
    (void)talk.hear();
  });
  ASSERT_EQ(child.talk().hear(), 'u');
  const auto before = usage_of(child.pid(), false);
  child.talk().say('g');
  ASSERT_EQ(child.talk().hear(), 'b');
  // The child goes to sleep in hear() and is charged then, at the latest.
  CpuUsed used;
  do {
    used = cpu_between(before, usage_of(child.pid(), false));
  } while (used.user_s + used.system_s < 0.003);
  const double ticks = (used.user_s + used.system_s) * 100;
  EXPECT_NE(ticks, std::round(ticks)) << "a whole number of ticks of 10 ms";
  child.talk().say('e');
}

TEST(ProcessTree, MemoryAndDisk) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer keeps shadows of the memory that is measured here";
#endif
  char folder[] = "/var/tmp/shootout-observe-XXXXXX";  // a disk: /tmp may be kept in memory
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string file = std::string(folder) + "/written";
  ChildProcess child([&file](const Talk& talk) {
    talk.say('u');
    (void)talk.hear();
    constexpr size_t kBytes = 32 * kMiB;
    auto* memory = static_cast<char*>(
        ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
    const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY, 0600);
    const ssize_t written = ::write(fd, memory, 2 * kMiB);
    ::fsync(fd);
    talk.say(written == 2 * kMiB ? 'd' : 'x');
    (void)talk.hear();
  });
  ASSERT_EQ(child.talk().hear(), 'u');
  const auto before = usage_of(child.pid(), true);
  child.talk().say('g');
  ASSERT_EQ(child.talk().hear(), 'd');
  const auto after = usage_of(child.pid(), true);
  ASSERT_EQ(before.processes.size(), 1U);
  ASSERT_EQ(after.processes.size(), 1U);
  // The kernel keeps RSS in counters per core, which lag behind a little; PSS is walked.
  EXPECT_NEAR(static_cast<double>(after.rss_bytes() - before.rss_bytes()), 32 * kMiB, 2 * kMiB);
  ASSERT_TRUE(before.pss_bytes() && after.pss_bytes());
  EXPECT_NEAR(static_cast<double>(*after.pss_bytes() - *before.pss_bytes()), 32 * kMiB, 1 * kMiB);
  const auto& was = before.processes[0].disk_written_bytes;
  const auto& is = after.processes[0].disk_written_bytes;
  if (was && is) {
    EXPECT_GE(*is - *was, 2 * kMiB);
  }
  child.talk().say('e');
  child.wait();
  ::unlink(file.c_str());
  ::rmdir(folder);
}

TEST(CpuBetween, MatchesProcessesByIdAndStart) {
  const auto process = [](pid_t pid, std::uint64_t start, double user, double system) {
    ProcessUsage usage;
    usage.pid = pid;
    usage.start_ticks = start;
    usage.cpu_user_s = user;
    usage.cpu_system_s = system;
    return usage;
  };
  const TreeUsage before{.at_s = 1,
                         .processes = {process(1, 10, 5, 1), process(2, 11, 8, 8), process(3, 12, 9, 9)}};
  // 1 went on; 2 ended and its id was given to another; 3 ended; 4 is new.
  const TreeUsage after{
      .at_s = 2, .processes = {process(1, 10, 5.5, 1.25), process(2, 20, 0.5, 0), process(4, 21, 1, 2)}};
  const CpuUsed used = cpu_between(before, after);
  EXPECT_DOUBLE_EQ(used.user_s, 0.5 + 0.5 + 1);
  EXPECT_DOUBLE_EQ(used.system_s, 0.25 + 2);
}

TEST(CpuBetween, ASplitThatStepsBackKeepsTheTotal) {
  ProcessUsage process;
  process.pid = 1;
  process.cpu_user_s = 1;
  process.cpu_system_s = 1;
  const TreeUsage before{.at_s = 1, .processes = {process}};
  process.cpu_user_s = 0.995;
  process.cpu_system_s = 1.015;
  const CpuUsed used = cpu_between(before, TreeUsage{.at_s = 2, .processes = {process}});
  EXPECT_DOUBLE_EQ(used.user_s, 0);
  EXPECT_NEAR(used.system_s, 0.01, 1e-12);
}

}  // namespace
}  // namespace shootout::observe
