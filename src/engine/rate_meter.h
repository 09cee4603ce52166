// wrk's "Thread Stats": the rate of a thread over intervals of 100 ms.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/clock.h"
#include "engine/load_result.h"

namespace shootout::engine {

class RateMeter {
 public:
  static constexpr Nanoseconds kInterval = 100 * kMillisecond;

  /// `window`: what is expected of the load; its intervals need no more room later.
  void start(Nanoseconds now, Nanoseconds window);
  /// So many were completed until now; intervals shorter than half of what is usual are left to the next.
  void sample(std::uint64_t completed, Nanoseconds now);
  [[nodiscard]] ThreadRate rate() const;

 private:
  Nanoseconds last_ = 0;
  std::uint64_t last_completed_ = 0;
  double count_ = 0, mean_ = 0, squares_ = 0, max_ = 0;
  std::vector<double> intervals_;
};

}  // namespace shootout::engine
