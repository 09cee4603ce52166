// Clocks, in seconds.
#pragma once

#include <ctime>
#include <optional>

namespace shootout::observe {

/// Nothing where the clock cannot be read (a process's that is gone).
[[nodiscard]] inline std::optional<double> read_clock(clockid_t clock) {
  timespec now{};
  if (::clock_gettime(clock, &now) != 0) return std::nullopt;
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

[[nodiscard]] inline double monotonic_s() {
  return read_clock(CLOCK_MONOTONIC).value_or(0);
}

/// CPU seconds of the calling thread.
[[nodiscard]] inline double thread_cpu_s() {
  return read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(0);
}

}  // namespace shootout::observe
