#include "observe/cpu_cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace shootout::observe {
namespace {

constexpr char kVersion1[] =
    "tmpfs /sys/fs/cgroup tmpfs ro,nosuid 0 0\n"
    "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nsdelegate 0 0\n"
    "cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0\n"
    "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0\n";
constexpr char kVersion2[] =
    "proc /proc proc rw 0 0\n"
    "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n";

TEST(CpuCgroup, FindsTheFoldersOfVersion1) {
  const auto cgroup = cpu_cgroup(
      "12:cpuset:/elsewhere\n"
      "4:cpu,cpuacct:/docker/abc\n"
      "0::/system.slice/docker.service\n",
      kVersion1);
  ASSERT_TRUE(cgroup);
  EXPECT_EQ(cgroup->version, 1);
  EXPECT_EQ(cgroup->folders,
            (std::vector<std::string>{"/sys/fs/cgroup/cpu,cpuacct/docker/abc",
                                      "/sys/fs/cgroup/cpu,cpuacct/docker", "/sys/fs/cgroup/cpu,cpuacct"}));
}

TEST(CpuCgroup, FindsTheFoldersOfVersion2) {
  const auto cgroup = cpu_cgroup("0::/user.slice/user-0.slice\n", kVersion2);
  ASSERT_TRUE(cgroup);
  EXPECT_EQ(cgroup->version, 2);
  EXPECT_EQ(cgroup->folders, (std::vector<std::string>{"/sys/fs/cgroup/user.slice/user-0.slice",
                                                       "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"}));
  EXPECT_EQ(cpu_cgroup("0::/\n", kVersion2)->folders, (std::vector<std::string>{"/sys/fs/cgroup"}));
  EXPECT_FALSE(cpu_cgroup("0::/\n", "proc /proc proc rw 0 0\n"));
}

TEST(CpuCgroup, Quotas) {
  EXPECT_DOUBLE_EQ(quota_of_cpu_max("150000 100000\n").value(), 1.5);
  EXPECT_FALSE(quota_of_cpu_max("max 100000\n"));
  EXPECT_FALSE(quota_of_cpu_max(""));
  EXPECT_DOUBLE_EQ(quota_of_cfs("50000\n", "100000\n").value(), 0.5);
  EXPECT_FALSE(quota_of_cfs("-1\n", "100000\n"));
  EXPECT_FALSE(quota_of_cfs("50000\n", "0\n"));
}

TEST(CpuCgroup, ThrottledTime) {
  EXPECT_DOUBLE_EQ(
      throttled_s("nr_periods 10\nnr_throttled 3\nthrottled_time 250000000\nnr_bursts 0\n").value(), 0.25);
  EXPECT_DOUBLE_EQ(throttled_s("usage_usec 1000\nuser_usec 600\nnr_periods 10\nnr_throttled 3\n"
                               "throttled_usec 1500000\n")
                       .value(),
                   1.5);
  EXPECT_FALSE(throttled_s("usage_usec 1000\nuser_usec 600\n")) << "the controller is not on in this group";
}

TEST(CpuCgroup, TheTightestLimitOnTheWayUpHolds) {
  std::string made = (std::filesystem::temp_directory_path() / "shootout-cgroup-XXXXXX").string();
  ASSERT_NE(::mkdtemp(made.data()), nullptr);
  const std::filesystem::path top = made;
  const auto write = [](const std::filesystem::path& file, const char* text) { std::ofstream(file) << text; };
  std::filesystem::create_directories(top / "a" / "b");
  const std::vector<std::string> folders = {(top / "a" / "b").string(), (top / "a").string(), top.string()};

  write(top / "a" / "b" / "cpu.max", "300000 100000\n");
  write(top / "a" / "cpu.max", "200000 100000\n");
  write(top / "a" / "cpu.stat", "throttled_usec 1000000\n");
  write(top / "a" / "b" / "cpu.stat", "throttled_usec 500000\n");
  const CpuCgroup second{.version = 2, .folders = folders};
  EXPECT_DOUBLE_EQ(quota_cores(second).value(), 2);
  EXPECT_DOUBLE_EQ(throttled_s(second).value(), 1.5);

  write(top / "a" / "b" / "cpu.cfs_quota_us", "-1\n");
  write(top / "a" / "b" / "cpu.cfs_period_us", "100000\n");
  write(top / "a" / "cpu.cfs_quota_us", "50000\n");
  write(top / "a" / "cpu.cfs_period_us", "100000\n");
  const CpuCgroup first{.version = 1, .folders = folders};
  EXPECT_DOUBLE_EQ(quota_cores(first).value(), 0.5);
  EXPECT_FALSE(quota_cores({.version = 1, .folders = {(top / "a" / "b").string()}}));
  std::filesystem::remove_all(top);
}

}  // namespace
}  // namespace shootout::observe
