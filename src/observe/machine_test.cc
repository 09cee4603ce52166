#include "observe/machine.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

namespace shootout::observe {
namespace {

TEST(Machine, SaysWhatThisProcessMayUse) {
  const auto machine = describe_machine();
  EXPECT_GE(machine.at("cores").get<int>(), 1);
  EXPECT_FALSE(machine.at("cores_allowed").empty());
  EXPECT_GT(machine.at("memory_bytes").get<std::int64_t>(), 64 << 20);
  EXPECT_TRUE(machine.at("kernel").get<std::string>().starts_with("Linux "));
  EXPECT_FALSE(machine.contains("hostname"));
  EXPECT_LT(machine.at("port_range").at(0).get<int>(), machine.at("port_range").at(1).get<int>());

  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit lower = before;
  lower.rlim_cur = 99;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EQ(describe_machine().at("open_files_soft"), 99);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Machine, TheAllowedCoresAreThoseOfTheAffinity) {
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  const int last = describe_machine().at("cores_allowed").back().get<int>();
  CPU_ZERO(&one);
  CPU_SET(last, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(describe_machine().at("cores_allowed"), nlohmann::json::array({last}));
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace shootout::observe
