// Time as the engine counts it: nanoseconds of the monotonic clock.
#pragma once

#include <cstdint>
#include <ctime>

namespace shootout::engine {

/// Nanoseconds, of a duration or since the monotonic clock's start.
using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kMicrosecond = 1'000;
inline constexpr Nanoseconds kMillisecond = 1'000'000;
inline constexpr Nanoseconds kSecond = 1'000'000'000;

[[nodiscard]] inline Nanoseconds monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return Nanoseconds{now.tv_sec} * kSecond + now.tv_nsec;
}

[[nodiscard]] inline double seconds(Nanoseconds duration) {
  return static_cast<double>(duration) / kSecond;
}
[[nodiscard]] inline Nanoseconds from_seconds(double duration) {
  return static_cast<Nanoseconds>(duration * static_cast<double>(kSecond));
}

}  // namespace shootout::engine
