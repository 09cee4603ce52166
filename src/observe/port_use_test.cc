#include "observe/port_use.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "observe/listener_for_test.h"

namespace shootout::observe {
namespace {

TEST(PortUse, CountsByDestination) {
  const std::pair range(1000, 1009);
  const auto pair = [](std::uint16_t local, std::uint16_t remote, std::uint32_t from = 1) {
    return TcpPair{
        .local_address = {from}, .remote_address = {7}, .local_port = local, .remote_port = remote};
  };
  EXPECT_EQ(ports_in_use_percent({}, range), 0);
  EXPECT_EQ(ports_in_use_percent({pair(1000, 80), pair(1009, 80), pair(1001, 81)}, range), 20)
      << "a port may serve again for another destination";
  EXPECT_EQ(ports_in_use_percent({pair(1000, 80), pair(1001, 80, 2)}, range), 10)
      << "and from another address";
  EXPECT_EQ(ports_in_use_percent({pair(80, 1000), pair(80, 1001), pair(999, 80), pair(1010, 80)}, range), 0)
      << "a server's own end takes none";
}

TEST(PortUse, SeesOpenConnectionsAndThoseInTimeWait) {
  for (const int family : {AF_INET, AF_INET6}) {
    Listener listener(family);
    if (!listener.usable()) continue;
    auto dump = SocketDump::open();
    ASSERT_TRUE(dump) << dump.error().what;
    const auto towards = [&] {
      const auto pairs = dump->pairs();
      EXPECT_TRUE(pairs);
      return std::ranges::count(*pairs, listener.port(), &TcpPair::remote_port);
    };
    EXPECT_EQ(towards(), 0);
    auto client = listener.connect();
    UniqueFd server(::accept(listener.fd(), nullptr, nullptr));
    EXPECT_EQ(towards(), 1);
    client.reset();  // who closes first has the TIME_WAIT
    char end = 0;
    EXPECT_EQ(::read(server.get(), &end, 1), 0);
    server.reset();
    EXPECT_EQ(towards(), 1);
  }
}

}  // namespace
}  // namespace shootout::observe
