#include "observe/own_group.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace shootout::observe {
namespace {

class OwnGroupTest : public ::testing::Test {
 protected:
  OwnGroupTest()
      : folder_(std::filesystem::temp_directory_path() / ("own_group_" + std::to_string(::getpid()))) {}
  ~OwnGroupTest() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST_F(OwnGroupTest, ReadsVersionOne) {
  put("cpuacct/docker/c1/cpuacct.usage", "3100000000\n");
  put("cpuacct/docker/c1/cpuacct.usage_user", "2500000000\n");
  put("cpuacct/docker/c1/cpuacct.usage_sys", "500000000\n");
  put("cpu/docker/c1/cpu.stat", "nr_periods 10\nnr_throttled 3\nthrottled_time 750000000\n");
  put("memory/docker/c1/memory.usage_in_bytes", "10000\n");
  put("memory/docker/c1/memory.stat", "inactive_file 1\ntotal_inactive_file 4000\n");
  put("memory/docker/c1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  const auto usage =
      OwnGroup::from("8:pids:/docker/c1\n4:memory:/docker/c1\n2:cpuacct:/docker/c1\n1:cpu:/docker/c1\n0::/\n",
                     "cgroup " + at("cpu") + " cgroup rw,cpu 0 0\n" + "cgroup " + at("cpuacct") +
                         " cgroup rw,cpuacct 0 0\n" + "cgroup " + at("memory") + " cgroup rw,memory 0 0\n" +
                         "cgroup2 " + at("unified") + " cgroup2 rw 0 0\n")
          .read();
  EXPECT_DOUBLE_EQ(usage.cpu_s.value(), 3.1);
  EXPECT_DOUBLE_EQ(usage.cpu_user_s.value(), 2.5);
  EXPECT_DOUBLE_EQ(usage.cpu_system_s.value(), 0.5);
  EXPECT_DOUBLE_EQ(usage.throttled_s.value(), 0.75);
  EXPECT_EQ(usage.memory_bytes, 6000);
  EXPECT_EQ(usage.oom_kills, 2);
}

TEST_F(OwnGroupTest, ReadsVersionTwo) {
  put("system.slice/docker-c1.scope/cpu.stat",
      "usage_usec 3000000\nuser_usec 2500000\nsystem_usec 500000\nthrottled_usec 40000\n");
  put("system.slice/docker-c1.scope/memory.current", "10000\n");
  put("system.slice/docker-c1.scope/memory.stat", "anon 1\ninactive_file 4000\n");
  put("system.slice/docker-c1.scope/memory.events", "low 0\noom 1\noom_kill 1\n");
  const auto usage = OwnGroup::from("0::/system.slice/docker-c1.scope\n",
                                    "cgroup2 " + folder_.string() + " cgroup2 rw 0 0\n")
                         .read();
  EXPECT_DOUBLE_EQ(usage.cpu_s.value(), 3);
  EXPECT_DOUBLE_EQ(usage.cpu_user_s.value(), 2.5);
  EXPECT_DOUBLE_EQ(usage.cpu_system_s.value(), 0.5);
  EXPECT_DOUBLE_EQ(usage.throttled_s.value(), 0.04);
  EXPECT_EQ(usage.memory_bytes, 6000);
  EXPECT_EQ(usage.oom_kills, 1);
}

TEST(UsedBetween, UserAndSystemDivideTheExactWhole) {
  const GroupUsage before{.cpu_s = 1,
                          .cpu_user_s = 0.5,
                          .cpu_system_s = 0.4,
                          .memory_bytes = 7,
                          .throttled_s = {},
                          .oom_kills = 1};
  GroupUsage after{.cpu_s = 5,
                   .cpu_user_s = 0.53,
                   .cpu_system_s = 0.41,
                   .memory_bytes = 9,
                   .throttled_s = 1,
                   .oom_kills = 3};
  auto used = used_between(before, after);
  EXPECT_NEAR(used.cpu_user_s.value(), 3, 1e-9);
  EXPECT_NEAR(used.cpu_system_s.value(), 1, 1e-9);
  EXPECT_EQ(used.memory_bytes, 9);
  EXPECT_FALSE(used.throttled_s) << "of one reading only";
  EXPECT_EQ(used.oom_kills, 2);
  after.cpu_user_s = before.cpu_user_s;
  after.cpu_system_s = before.cpu_system_s;
  used = used_between(before, after);
  EXPECT_DOUBLE_EQ(used.cpu_user_s.value(), 4) << "no tick has found it yet";
  EXPECT_DOUBLE_EQ(used.cpu_system_s.value(), 0);
}

TEST_F(OwnGroupTest, TellsNothingWhereNothingIsMounted) {
  const auto usage = OwnGroup::from("", "").read();
  EXPECT_FALSE(usage.cpu_user_s);
  EXPECT_FALSE(usage.memory_bytes);
  EXPECT_FALSE(usage.oom_kills);
}

}  // namespace
}  // namespace shootout::observe
