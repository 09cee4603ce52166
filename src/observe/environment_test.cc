#include "observe/environment.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "observe/child_process_for_test.h"

namespace shootout::observe {
namespace {

/// Is busy for 0.3 s of CPU from its first word on.
void busy(const Talk& talk) {
  ::prctl(PR_SET_NAME, "noisy neighbour");
  (void)talk.hear();
  burn_cpu(0.3);
  talk.say('d');
  (void)talk.hear();
}

void quiet(const Talk& talk) {
  (void)talk.hear();
}

/// The percentage of a process among the others; 0 where it is not among them.
double share_of(const nlohmann::json& told, pid_t pid) {
  for (const auto& other : told.at("others")) {
    if (other.at("pid") == pid) return other.at("cpu_percent");
  }
  return 0;
}

TEST(Environment, ABusyProcessThatIsNotOursIsFoundAndNamed) {
  ChildProcess ours(quiet), other(busy);
  EnvironmentWatch watch(ours.pid());
  other.talk().say('g');
  ASSERT_EQ(other.talk().hear(), 'd');
  const auto told = watch.finish();
  const double used_percent = 100 * 0.3 / told.at("wall_s").get<double>();
  EXPECT_GE(told.at("others_cpu_percent").get<double>(), 0.9 * used_percent) << told.dump(2);
  // Among the three busiest, unless the machine is busier still.
  if (told.at("others").size() < 3 || used_percent > told.at("others").back().at("cpu_percent")) {
    EXPECT_GE(share_of(told, other.pid()), 0.9 * used_percent) << told.dump(2);
    EXPECT_LE(share_of(told, other.pid()), 1.2 * used_percent) << told.dump(2);
    EXPECT_NE(told.dump().find("noisy neighbour"), std::string::npos) << told.dump(2);
  }
  EXPECT_LE(told.at("others").size(), 3U);
  ours.talk().say('e');
  other.talk().say('e');
}

TEST(Environment, ABusyProcessThatIsOursIsNot) {
  ChildProcess child(busy);
  EnvironmentWatch watch(::getpid());
  child.talk().say('g');
  ASSERT_EQ(child.talk().hear(), 'd');
  const auto told = watch.finish();
  EXPECT_EQ(share_of(told, child.pid()), 0) << told.dump(2);
  EXPECT_EQ(share_of(told, ::getpid()), 0) << told.dump(2);
  EXPECT_GE(told.at("wall_s").get<double>(), 0.29);
  child.talk().say('e');
}

TEST(Environment, TellsWhatThisMachineTells) {
  EnvironmentWatch first(::getpid());
  EnvironmentWatch watch = std::move(first);
  const auto told = watch.finish();
  for (const char* name : {"steal_percent", "others_cpu_percent", "ports_in_use_percent"}) {
    ASSERT_TRUE(told.contains(name)) << name;
    EXPECT_GE(told.at(name).get<double>(), 0) << name;
  }
  EXPECT_LE(told.at("steal_percent").get<double>(), 100);
  EXPECT_GE(told.at("time_wait").get<int>(), 0);
  EXPECT_GE(told.at("swapped_pages").get<int>(), 0);
  EXPECT_GE(told.at("listen_overflows").get<int>(), 0);
}

}  // namespace
}  // namespace shootout::observe
