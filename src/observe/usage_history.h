// What successive moments of a tree add up to.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "observe/process_tree.h"

namespace shootout::observe {

/// Adds up the moments of one tree; the first one is where counting begins.
class UsageHistory {
 public:
  void add(const TreeUsage& moment);

  /// CPU since the first moment: processes that appeared count whole, those that ended up to the last one
  /// they were seen in.
  [[nodiscard]] CpuUsed cpu() const;
  [[nodiscard]] std::int64_t peak_rss_bytes() const { return peak_rss_bytes_; }
  [[nodiscard]] std::optional<std::int64_t> peak_pss_bytes() const { return peak_pss_bytes_; }
  /// Absent where no process told.
  [[nodiscard]] std::optional<std::int64_t> disk_read_bytes() const;
  [[nodiscard]] std::optional<std::int64_t> disk_written_bytes() const;
  /// Processes that the first moment had or a later one brought, and that the last one has no more.
  [[nodiscard]] std::vector<pid_t> ended() const;
  /// Processes that the first moment had not.
  [[nodiscard]] std::vector<pid_t> appeared() const;

  /// The last moment as a sample for the store: see Observation::samples.
  [[nodiscard]] nlohmann::json sample() const;

 private:
  struct Life {
    ProcessUsage first, last;  // `first` is all zero for one that appeared
    bool appeared = false;
    bool living = true;
    [[nodiscard]] CpuUsed cpu() const;
  };
  [[nodiscard]] std::optional<std::int64_t> disk(std::optional<std::int64_t> ProcessUsage::* bytes) const;

  std::map<std::pair<pid_t, std::uint64_t>, Life> lives_;  // by process id and start
  bool begun_ = false;
  std::int64_t peak_rss_bytes_ = 0;
  std::optional<std::int64_t> peak_pss_bytes_;
};

}  // namespace shootout::observe
