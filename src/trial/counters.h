// The upstream's own counters: what was really called, whatever the servers claim.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"

namespace shootout::trial {

/// GET /stats of the I/O simulator, either make.
struct Counters {
  std::int64_t received = 0;  ///< /slow-io requests that arrived whole
  std::int64_t answered = 0;
  std::int64_t waiting = 0;      ///< now
  std::int64_t max_waiting = 0;  ///< since the last reset_peak()
};

Result<Counters> read_counters(const std::string& upstream_url);

/// Sets the highest number waiting to the present one, so that a trial has a peak of its own.
Result<void> reset_peak(const std::string& upstream_url);

/// Waits until nothing waits any more (at most `timeout_s`), then the counters.
Result<Counters> drained_counters(const std::string& upstream_url, double timeout_s,
                                  const std::function<bool()>& stop_asked);

}  // namespace shootout::trial
