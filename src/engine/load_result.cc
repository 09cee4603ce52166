#include "engine/load_result.h"

#include <cmath>
#include <numeric>

namespace shootout::engine {

std::string_view name(ErrorClass error) {
  static constexpr std::array<std::string_view, kErrorClasses> kNames = {
      "resolve", "connect", "tls",      "write",  "read", "reset",
      "closed",  "timeout", "protocol", "status", "check"};
  return kNames[static_cast<std::size_t>(error)];
}

std::uint64_t SeriesPoint::error_count() const {
  return std::accumulate(errors.begin(), errors.end(), std::uint64_t{0});
}

std::uint64_t StageResult::error_count() const {
  return std::accumulate(errors.begin(), errors.end(), std::uint64_t{0});
}

double StageResult::requests_per_second() const {
  return end_s > begin_s ? static_cast<double>(completed_in_stage) / (end_s - begin_s) : 0;
}

std::uint64_t LoadResult::error_count() const {
  return std::accumulate(errors.begin(), errors.end(), std::uint64_t{0});
}

double LoadResult::requests_per_second() const {
  return duration_s > 0 ? static_cast<double>(completed_in_window) / duration_s : 0;
}

double LoadResult::bytes_per_second() const {
  return duration_s > 0 ? static_cast<double>(bytes_received_in_window) / duration_s : 0;
}

double LoadResult::littles_law_error() const {
  if (duration_s <= 0 || concurrency_mean <= 0) return 0;
  return std::abs(concurrency_mean - waited_in_window_s / duration_s) / concurrency_mean;
}

}  // namespace shootout::engine
