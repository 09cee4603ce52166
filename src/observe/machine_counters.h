// Counters of the whole machine, out of the texts of /proc: proc(5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace shootout::observe {

/// What a CPU has done since boot, in the kernel's ticks.
struct CoreTicks {
  std::uint64_t idle = 0;        ///< waiting for the disk included; measured, where the kernel stops the tick
  std::uint64_t interrupts = 0;  ///< irq and softirq
  std::uint64_t stolen = 0;      ///< what the hypervisor gave to others
};

/// By CPU, of /proc/stat.
[[nodiscard]] std::map<int, CoreTicks> parse_core_ticks(std::string_view stat);

/// What several CPUs did between two looks, `wall_s` apart.
struct CoresUsed {
  double busy_s = 0;    ///< the time less idleness, interrupts and steal: work is counted by samples only
  double stolen_s = 0;  ///< all in the kernel's ticks
  size_t cores = 0;
};

/// Over the CPUs that are in both.
[[nodiscard]] CoresUsed cores_used(const std::map<int, CoreTicks>& before,
                                   const std::map<int, CoreTicks>& after, double wall_s);

/// Microseconds in which some process waited: "total" of the line "some" in /proc/pressure/*.
[[nodiscard]] std::optional<std::int64_t> parse_pressure_us(std::string_view text);

/// Pages swapped in and out, of /proc/vmstat.
[[nodiscard]] std::optional<std::int64_t> parse_swapped_pages(std::string_view vmstat);

/// A counter of /proc/net/netstat or /proc/net/snmp: its group ("TcpExt") has a line of names and one of
/// values.
[[nodiscard]] std::optional<std::int64_t> parse_net_counter(std::string_view text, std::string_view group,
                                                            std::string_view name);

/// Connections in TIME_WAIT, of /proc/net/sockstat.
[[nodiscard]] std::optional<std::int64_t> parse_time_wait(std::string_view sockstat);

/// The first and last port of outgoing connections, of ip_local_port_range.
[[nodiscard]] std::optional<std::pair<int, int>> parse_port_range(std::string_view text);

}  // namespace shootout::observe
