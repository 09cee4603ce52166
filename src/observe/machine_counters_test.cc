#include "observe/machine_counters.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

TEST(MachineCounters, CoreTicks) {
  const auto cores = parse_core_ticks(
      "cpu  2155960 126711 412375 2149208 6575 0 84107 2465 0 0\n"
      "cpu0 1051415 56067 193798 1125184 1436 7 39186 1243 0 0\n"
      "cpu12 1104544 70644 218576 1024024 5138 0 44920 1221 500 0\n"
      "intr 12345 0 0\nctxt 99\n");
  ASSERT_EQ(cores.size(), 2U);
  EXPECT_EQ(cores.at(0).idle, 1125184U + 1436U);
  EXPECT_EQ(cores.at(0).interrupts, 7U + 39186U);
  EXPECT_EQ(cores.at(0).stolen, 1243U);
  EXPECT_EQ(cores.at(12).idle, 1024024U + 5138U);
  EXPECT_EQ(cores.at(12).stolen, 1221U);
  EXPECT_TRUE(parse_core_ticks("").empty());
  EXPECT_TRUE(parse_core_ticks("cpu0 1 2 3\n").empty()) << "a kernel of before 2.6.11";
}

TEST(MachineCounters, WhatCoresDid) {
  const auto tick_s = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  const std::map<int, CoreTicks> before = {{0, {.idle = 100, .interrupts = 10, .stolen = 5}},
                                           {1, {.idle = 100, .interrupts = 10, .stolen = 5}}};
  const std::map<int, CoreTicks> after = {{0, {.idle = 110, .interrupts = 12, .stolen = 8}},
                                          {1, {.idle = 99, .interrupts = 10, .stolen = 5}},
                                          {2, {.idle = 1000, .interrupts = 0, .stolen = 0}}};
  const auto used = cores_used(before, after, 50 * tick_s);
  EXPECT_EQ(used.cores, 2U) << "the third was not on line before";
  EXPECT_NEAR(used.stolen_s, 3 * tick_s, 1e-9);
  EXPECT_NEAR(used.busy_s, (50 - 10 - 2 - 3 + 50) * tick_s, 1e-9) << "idleness that stepped back is none";
  EXPECT_EQ(cores_used(before, {{0, {.idle = 9999, .interrupts = 10, .stolen = 5}}}, 1).busy_s, 0);
}

TEST(MachineCounters, Pressure) {
  EXPECT_EQ(parse_pressure_us("some avg10=0.74 avg60=0.70 avg300=0.78 total=8024625073\n"
                              "full avg10=0.00 avg60=0.00 avg300=0.00 total=17\n"),
            8024625073);
  EXPECT_FALSE(parse_pressure_us("full avg10=0.00 avg60=0.00 avg300=0.00 total=17\n"));
  EXPECT_FALSE(parse_pressure_us(""));
}

TEST(MachineCounters, SwappedPages) {
  EXPECT_EQ(parse_swapped_pages("nr_free_pages 5\npswpin 12\npswpout 30\npswpinx 9\n"), 42);
  EXPECT_FALSE(parse_swapped_pages("pswpin 12\n"));
}

TEST(MachineCounters, NetCounter) {
  const char* text =
      "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
      "TcpExt: 1 23 45\n"
      "IpExt: InNoRoutes ListenOverflows\n"
      "IpExt: 6 7\n";
  EXPECT_EQ(parse_net_counter(text, "TcpExt", "ListenOverflows"), 23);
  EXPECT_EQ(parse_net_counter(text, "TcpExt", "ListenDrops"), 45);
  EXPECT_EQ(parse_net_counter(text, "IpExt", "ListenOverflows"), 7);
  EXPECT_FALSE(parse_net_counter(text, "TcpExt", "InNoRoutes"));
  EXPECT_FALSE(parse_net_counter(text, "Tcp", "ListenDrops"));
  EXPECT_FALSE(parse_net_counter("TcpExt: A B\n", "TcpExt", "B"));
}

TEST(MachineCounters, TimeWait) {
  EXPECT_EQ(
      parse_time_wait("sockets: used 14\nTCP: inuse 1 orphan 0 tw 772 alloc 1 mem 0\nUDP: inuse 0 mem 0\n"),
      772);
  EXPECT_FALSE(parse_time_wait("sockets: used 14\n"));
}

TEST(MachineCounters, PortRange) {
  EXPECT_EQ(parse_port_range("32768\t60999\n"), (std::pair(32768, 60999)));
  EXPECT_FALSE(parse_port_range("32768\n"));
  EXPECT_FALSE(parse_port_range("60999 32768\n"));
}

TEST(MachineCounters, ThisMachineTells) {
  EXPECT_FALSE(parse_core_ticks(read_proc_file("/proc/stat").value()).empty());
  EXPECT_TRUE(parse_port_range(read_proc_file("/proc/sys/net/ipv4/ip_local_port_range").value()));
  EXPECT_TRUE(parse_time_wait(read_proc_file("/proc/net/sockstat").value()));
  EXPECT_TRUE(parse_net_counter(read_proc_file("/proc/net/netstat").value(), "TcpExt", "ListenOverflows"));
}

}  // namespace
}  // namespace shootout::observe
