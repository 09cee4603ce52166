#include "launch/ports.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "base/unique_fd.h"

namespace shootout::launch {
namespace {

UniqueFd listen_on(std::uint16_t port, in_addr_t address) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(address);
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  EXPECT_EQ(::listen(fd.get(), 1), 0);
  return fd;
}

UniqueFd listen_on_v6(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(port);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return {};
  EXPECT_EQ(::listen(fd.get(), 1), 0);
  return fd;
}

TEST(Ports, NamesTheHolderOfATakenPort) {
  for (const in_addr_t address : {INADDR_LOOPBACK, INADDR_ANY}) {
    const auto port = free_ports(1).value().front();
    EXPECT_FALSE(holder_of(port));
    EXPECT_TRUE(require_free(port, "me"));
    const auto listener = listen_on(port, address);
    const auto holder = holder_of(port);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->pid, ::getpid());
    EXPECT_NE(holder->command.find("launch_test"), std::string::npos);
    const auto free = require_free(port, "me");
    ASSERT_FALSE(free);
    EXPECT_EQ(free.error().code, ExitCode::environment);
    EXPECT_NE(free.error().what.find("pid " + std::to_string(::getpid())), std::string::npos)
        << free.error().what;
    EXPECT_FALSE(foreign_holder_of(port, {::getpid()}));
    const auto foreign = foreign_holder_of(port, {});
    ASSERT_TRUE(foreign);
    EXPECT_EQ(foreign->pid, ::getpid());
  }
}

TEST(Ports, SeesADualStackListener) {
  const auto port = free_ports(1).value().front();
  const auto listener = listen_on_v6(port);
  if (!listener) GTEST_SKIP() << "no IPv6 here";
  const auto holder = holder_of(port);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->pid, ::getpid());
}

TEST(Ports, FreeOnesAreDifferentAndOutsideOfTheOutgoingRange) {
  int low = 0, high = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> low >> high;
  const auto ports = free_ports(50);
  ASSERT_TRUE(ports);
  EXPECT_EQ(std::set(ports->begin(), ports->end()).size(), 50U);
  for (const auto port : *ports) {
    EXPECT_FALSE(port >= low && port <= high) << port;
    EXPECT_FALSE(holder_of(port));
  }
}

}  // namespace
}  // namespace shootout::launch
