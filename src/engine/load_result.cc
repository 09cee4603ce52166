#include "engine/load_result.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shootout::engine {

std::string_view name(ErrorClass error) {
  static constexpr std::array<std::string_view, kErrorClasses> kNames = {
      "resolve", "connect", "tls",      "write",  "read", "reset",
      "closed",  "timeout", "protocol", "status", "check"};
  return kNames[static_cast<std::size_t>(error)];
}

double ThreadRate::within_one_stdev() const {
  if (intervals.empty()) return 0;
  const auto within = std::ranges::count_if(
      intervals, [this](double rate) { return rate >= mean - stdev && rate <= mean + stdev; });
  return static_cast<double>(within) / static_cast<double>(intervals.size());
}

ThreadRate pooled(const std::vector<ThreadRate>& threads) {
  ThreadRate all;
  for (const ThreadRate& thread : threads)
    all.intervals.insert(all.intervals.end(), thread.intervals.begin(), thread.intervals.end());
  const auto count = static_cast<double>(all.intervals.size());
  if (count == 0) return all;
  all.mean = std::accumulate(all.intervals.begin(), all.intervals.end(), 0.0) / count;
  all.max = std::ranges::max(all.intervals);
  double squares = 0;
  for (const double rate : all.intervals) squares += (rate - all.mean) * (rate - all.mean);
  if (count > 1) all.stdev = std::sqrt(squares / (count - 1));
  return all;
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
