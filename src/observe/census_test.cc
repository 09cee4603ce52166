#include "observe/census.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "observe/child_process_for_test.h"

namespace shootout::observe {
namespace {

CensusEntry entry(pid_t parent, std::uint64_t start, std::string name, double cpu_s, double children_s = 0) {
  return {.parent = parent,
          .start_ticks = start,
          .name = std::move(name),
          .kernel_thread = false,
          .cpu_s = cpu_s,
          .children_s = children_s};
}

// 1 init, 10 shootout (ours) with 11 guardian and 12 server, 20 make with compilers, 30 a kernel thread.
Census made_up() {
  Census census = {{1, entry(0, 1, "init", 5)},         {10, entry(1, 2, "shootout", 1)},
                   {11, entry(10, 3, "guardian", 0.5)}, {12, entry(11, 4, "server", 2)},
                   {20, entry(1, 5, "make", 1, 100)},   {21, entry(20, 6, "cc1plus", 8)},
                   {30, entry(2, 7, "kworker", 3)}};
  census.at(30).kernel_thread = true;
  return census;
}

TEST(Census, DividesWhatLivesThrough) {
  auto after = made_up();
  after.at(10).cpu_s += 0.01;
  after.at(12).cpu_s += 0.3;
  after.at(21).cpu_s += 0.2;
  after.at(1).cpu_s += 0.05;
  after.at(30).cpu_s += 0.07;
  const auto division = divide_cpu(made_up(), after, 10);
  EXPECT_NEAR(division.ours_s, 0.31, 1e-9);
  EXPECT_NEAR(division.others_s, 0.25, 1e-9);
  EXPECT_NEAR(division.kernel_s, 0.07, 1e-9);
  ASSERT_EQ(division.others.size(), 2U);
  EXPECT_EQ(division.others[0].name, "cc1plus");
  EXPECT_EQ(division.others[0].pid, 21);
  EXPECT_EQ(division.others[1].name, "init");
}

TEST(Census, WhatEndedMeanwhileIsItsParentsLessWhatItHadUsedBefore) {
  auto after = made_up();
  after.erase(21);
  after.at(20).children_s += 8 + 0.2;                // the compiler, whole
  after.at(20).children_s += 0.4;                    // one that came and went
  after.emplace(22, entry(20, 50, "cc1plus", 0.1));  // and one that came
  const auto division = divide_cpu(made_up(), after, 10);
  EXPECT_NEAR(division.others_s, 0.7, 1e-9);
  EXPECT_EQ(division.others[0].name, "make");
  EXPECT_NEAR(division.others[0].cpu_s, 0.6, 1e-9);
  EXPECT_EQ(division.ours_s, 0);
}

TEST(Census, AGoneFamilyIsTheHeirsThatLivesOn) {
  auto before = made_up();
  before.emplace(23, entry(21, 8, "as", 1));
  auto after = made_up();
  after.erase(21);  // and 23 with it: both were waited for
  after.at(20).children_s += 8 + 1 + 0.25;
  EXPECT_NEAR(divide_cpu(before, after, 10).others_s, 0.25, 1e-9);
}

TEST(Census, NeverNegative) {
  auto after = made_up();
  after.erase(21);         // nobody waited for it
  after.at(1).cpu_s -= 1;  // a clock that steps back
  const auto division = divide_cpu(made_up(), after, 10);
  EXPECT_EQ(division.others_s, 0);
  EXPECT_TRUE(division.others.empty());
}

TEST(Census, AReusedIdIsAnotherProcess) {
  auto after = made_up();
  after.at(21) = entry(1, 99, "thief", 0.5);
  const auto division = divide_cpu(made_up(), after, 10);
  EXPECT_NEAR(division.others_s, 0.5, 1e-9);
  EXPECT_EQ(division.others[0].name, "thief");
}

TEST(Census, OursStaysOursWhereItEnded) {
  auto after = made_up();
  after.erase(12);
  after.at(11).children_s += 2.5;
  const auto division = divide_cpu(made_up(), after, 10);
  EXPECT_NEAR(division.ours_s, 0.5, 1e-9);
  EXPECT_EQ(division.others_s, 0);
}

TEST(Census, UnseenIsWhatIsLeftBeyondTheRounding) {
  CpuDivision seen;
  seen.ours_s = 0.5;
  seen.others_s = 0.1;
  seen.kernel_s = 0.02;
  EXPECT_EQ(unseen_s(seen, {.busy_s = 0.3, .stolen_s = 0, .cores = 2}), 0) << "never negative";
  EXPECT_EQ(unseen_s(seen, {.busy_s = 0.64, .stolen_s = 0, .cores = 2}), 0);
  EXPECT_NEAR(unseen_s(seen, {.busy_s = 1.02, .stolen_s = 0, .cores = 2}), 0.4, 1e-9);
}

TEST(Census, SeesRealProcesses) {
  ChildProcess child([](const Talk& talk) {
    burn_cpu(0.05);
    talk.say('1');
    (void)talk.hear();
    {
      ChildProcess grandchild([](const Talk&) { burn_cpu(0.05); });
      grandchild.wait();
    }
    talk.say('2');
    (void)talk.hear();
  });
  ASSERT_EQ(child.talk().hear(), '1');
  const auto before = take_census();
  ASSERT_TRUE(before.contains(child.pid()));
  EXPECT_EQ(before.at(child.pid()).parent, ::getpid());
  EXPECT_GE(before.at(child.pid()).cpu_s, 0.04);
  child.talk().say('g');
  ASSERT_EQ(child.talk().hear(), '2');
  const auto division = divide_cpu(before, take_census(), child.pid());
  EXPECT_GE(division.ours_s, 0.03) << "the grandchild's, which has come and gone";
  child.talk().say('e');
}

}  // namespace
}  // namespace shootout::observe
