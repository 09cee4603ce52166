// What `stats` shows of running servers, in the columns of `docker stats`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "observe/connection_tracker.h"
#include "observe/process_tree.h"

namespace shootout::cli {

/// One server at one moment. Absent: unknown here.
struct StatsRow {
  std::string name;
  double cpu_percent = 0;         ///< of one core, since the moment before
  std::int64_t memory_bytes = 0;  ///< PSS where it is known of all processes, else RSS
  double memory_percent = 0;      ///< of the machine's
  std::optional<std::int64_t> network_received_bytes,
      network_sent_bytes;  ///< on all sockets seen since `stats` began
  std::optional<std::int64_t> disk_read_bytes,
      disk_written_bytes;  ///< of the living processes, since they began
  size_t processes = 0;
};

/// Two successive moments of a tree as a row. `network`: what its ConnectionTracker says; `memory_bytes`: the
/// machine's.
[[nodiscard]] StatsRow stats_row(std::string name, const observe::TreeUsage& before,
                                 const observe::TreeUsage& after,
                                 std::optional<observe::NetworkBytes> network, std::int64_t memory_bytes);

/// NAME, CPU %, MEM USAGE, MEM %, NET I/O, BLOCK I/O, PIDS: closer set, and names cut, where `width` columns
/// are too few.
[[nodiscard]] std::string stats_table(const std::vector<StatsRow>& rows, int width);

/// A line with its end; figures plain, what is unknown empty. `time` is ISO 8601.
[[nodiscard]] std::string stats_csv_header();
[[nodiscard]] std::string stats_csv_row(std::string_view time, const StatsRow& row);

}  // namespace shootout::cli
