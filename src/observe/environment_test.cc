#include "observe/environment.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "base/unique_fd.h"
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

/// In a network namespace of its own: a listener whose queue holds one connection and never gives it away,
/// and more clients than that. Says 'o' when they have been told off, 'n' where it may not do so.
void overflow(const Talk& talk) {
  if (::unshare(CLONE_NEWNET) != 0) return talk.say('n');
  const UniqueFd control(::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP;
  if (::ioctl(control.get(), SIOCSIFFLAGS, &loopback) != 0) return talk.say('n');
  talk.say('r');
  (void)talk.hear();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM, 0));
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), name, size) != 0 || ::listen(listener.get(), 1) != 0) return talk.say('n');
  ::getsockname(listener.get(), name, &size);
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)::connect(clients.back().get(), name, size);
  }
  talk.say('o');
  (void)talk.hear();
}

TEST(Environment, ListenersAreCountedInTheServersOwnNetworkNamespace) {
  ChildProcess server(overflow);
  const char ready = server.talk().hear();
  if (ready == 'n') GTEST_SKIP() << "no right to make a network namespace";
  EnvironmentWatch watch(::getpid(), server.pid()), here(::getpid());
  server.talk().say('g');
  ASSERT_EQ(server.talk().hear(), 'o');
  const auto told = watch.finish();
  EXPECT_GT(told.at("listen_overflows").get<int>(), 0) << told.dump(2);
  EXPECT_GE(told.at("listen_drops"), told.at("listen_overflows"));
  EXPECT_LT(here.finish().at("listen_overflows"), told.at("listen_overflows"));
  server.talk().say('e');
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
  EXPECT_GE(told.at("listen_drops").get<int>(), 0);
}

}  // namespace
}  // namespace shootout::observe
