#include "trial/wrk_metrics.h"

#include <cstdint>
#include <initializer_list>
#include <numeric>

namespace shootout::trial {
namespace {

using engine::ErrorClass;

/// What wrk calls a timeout, unless it is told another one.
constexpr double kTimeoutOfWrk_us = 2e6;

double count_of(const engine::LoadResult& result, std::initializer_list<ErrorClass> classes) {
  std::uint64_t count = 0;
  for (const auto error : classes) count += result.errors.at(static_cast<std::size_t>(error));
  return static_cast<double>(count);
}

}  // namespace

void add_wrk_metrics(const engine::LoadResult& result, Metrics& metrics) {
  using enum ErrorClass;
  metrics["socket_errors_connect"] = count_of(result, {resolve, connect, tls});
  metrics["socket_errors_read"] = count_of(result, {read, reset, closed, protocol});
  metrics["socket_errors_write"] = count_of(result, {write});
  metrics["socket_errors_timeout"] = count_of(result, {timeout});
  metrics["errors_before_window"] = static_cast<double>(
      std::accumulate(result.errors_before.begin(), result.errors_before.end(), std::uint64_t{0}));
  metrics["connections_never_opened"] = static_cast<double>(result.connections_never_opened);
  metrics["connections_never_served"] = static_cast<double>(result.connections_never_served);
  if (result.latency.count() > 0) {
    std::uint64_t slower = 0;
    for (const auto& value : result.latency.recorded())
      if (value.lowest_us >= kTimeoutOfWrk_us) slower += value.count;
    metrics["slower_than_2s"] = static_cast<double>(slower) / static_cast<double>(result.latency.count());
  }
  const auto& waiting = result.waiting_at_end;
  metrics["waiting_at_end"] = static_cast<double>(waiting.count());
  std::uint64_t all_along = 0;
  for (const auto& value : waiting.recorded())
    if (value.lowest_us >= 1e6 * result.duration_s) all_along += value.count;
  metrics["waited_all_along"] = static_cast<double>(all_along);
  if (waiting.count() == 0) return;
  metrics["waited_at_end_p50_us"] = waiting.quantile(0.5);
  metrics["waited_at_end_max_us"] = waiting.max();
}

}  // namespace shootout::trial
