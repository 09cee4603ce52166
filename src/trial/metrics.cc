#include "trial/metrics.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shootout::trial {
namespace {

// Of fixed work all good answers; of a window what completed inside it, less the share that was not good.
double good_in_window(const engine::LoadResult& result, const suite::Cell& cell) {
  if (!cell.window) return static_cast<double>(result.succeeded);
  if (result.completed == 0) return 0;
  return static_cast<double>(result.completed_in_window) * static_cast<double>(result.succeeded) /
         static_cast<double>(result.completed);
}

// A load shorter than an interval has none.
void add_thread_rates(const engine::LoadResult& result, Metrics& metrics) {
  const auto rate = engine::pooled(result.threads);
  if (rate.max <= 0) return;
  metrics["thread_rate_mean"] = rate.mean;
  metrics["thread_rate_stdev"] = rate.stdev;
  metrics["thread_rate_max"] = rate.max;
  metrics["thread_rate_within_1_stdev"] = rate.within_one_stdev();
}

}  // namespace

void add_load_metrics(const engine::LoadResult& result, const suite::Cell& cell, bool counts_calls,
                      Metrics& metrics) {
  metrics["duration_s"] = result.duration_s;
  metrics["requests"] = static_cast<double>(result.started);
  metrics["errors"] = static_cast<double>(result.error_count());
  if (result.started > 0) {
    metrics["success_rate"] = static_cast<double>(result.succeeded) / static_cast<double>(result.started);
  }
  if (result.duration_s > 0) {
    const double each = counts_calls && cell.upstream_calls ? *cell.upstream_calls : 1;
    metrics["requests_per_second"] = good_in_window(result, cell) * each / result.duration_s;
    metrics["bytes_per_second"] = result.bytes_per_second();
  }
  metrics["answers"] = static_cast<double>(result.completed_in_window);
  metrics["bytes_received"] = static_cast<double>(result.bytes_received_in_window);
  metrics["connections_opened"] = static_cast<double>(result.connections_opened);
  if (result.connections_opened > 0 && result.connections_never_opened == 0)
    metrics["open_s"] = result.open_s;
  if (result.max_rss_bytes > 0) metrics["generator_rss_bytes"] = static_cast<double>(result.max_rss_bytes);
  const auto& latency = result.latency;
  // All that came from the window's begin on, requests from before it included.
  if (const auto answers = result.completed_in_window + result.completed_draining; answers > 0)
    metrics["bytes_per_answer"] = static_cast<double>(result.bytes_received) / static_cast<double>(answers);
  if (latency.count() > 0) {
    metrics["latency_mean_us"] = latency.mean();
    metrics["latency_p50_us"] = latency.quantile(0.5);
    metrics["latency_max_us"] = latency.max();
  }
  if (latency.count() > 1) {
    metrics["latency_stdev_us"] = latency.stdev();
    metrics["latency_within_1_stdev"] = latency.within_one_stdev();
  }
  add_thread_rates(result, metrics);
  // A quantile needs at least ten values beyond it (docs/measuring.md).
  if (latency.count_beyond(0.90) >= 10) metrics["latency_p90_us"] = latency.quantile(0.90);
  if (latency.count_beyond(0.95) >= 10) metrics["latency_p95_us"] = latency.quantile(0.95);
  if (latency.count_beyond(0.99) >= 10) metrics["latency_p99_us"] = latency.quantile(0.99);
  const auto& first_byte = result.first_byte;
  if (first_byte.count() > 0) metrics["first_byte_p50_us"] = first_byte.quantile(0.5);
  if (first_byte.count_beyond(0.99) >= 10) metrics["first_byte_p99_us"] = first_byte.quantile(0.99);
  if (result.duration_s > 0 && result.started > 0)
    metrics["sent_bytes_per_second"] = static_cast<double>(result.bytes_sent) /
                                       static_cast<double>(result.started) *
                                       static_cast<double>(result.completed_in_window) / result.duration_s;
  if (result.wall_s > 0)
    metrics["generator_cpu_percent"] = 100 * (result.cpu_user_s + result.cpu_system_s) / result.wall_s;
  if (!cell.window) return;
  if (result.waited_for_cpu_s && result.wall_s > 0) {
    const auto threads = static_cast<double>(std::max<std::size_t>(result.threads.size(), 1));
    metrics["generator_wait_percent"] = 100 * *result.waited_for_cpu_s / (result.wall_s * threads);
  }
  metrics["littles_law_percent"] = 100 * result.littles_law_error();
  metrics["concurrency_mean"] = result.concurrency_mean;
  if (result.offered_rps && *result.offered_rps > 0 && result.duration_s > 0) {
    metrics["offered_per_second"] = *result.offered_rps;
    metrics["carried_percent"] =
        100 * static_cast<double>(result.completed_in_window) / (*result.offered_rps * result.duration_s);
    if (result.lateness.count() > 0) metrics["lateness_p99_us"] = result.lateness.quantile(0.99);
  }
}

double all_answers(const engine::LoadResult& result) {
  return static_cast<double>(result.completed_settling + result.completed_in_window +
                             result.completed_draining);
}

namespace {

// The tree's memory in the first sample that has it, or the last.
template <class Samples>
std::optional<double> memory_in(const Samples& samples, const std::string& tree, const char* what) {
  for (const auto& sample : samples) {
    const auto trees = sample.find("trees");
    if (trees == sample.end() || !trees->contains(tree) || !(*trees)[tree].contains(what)) continue;
    return (*trees)[tree][what].template get<double>();
  }
  return std::nullopt;
}

}  // namespace

void add_memory_metrics(const nlohmann::json& samples, const std::string& tree, Metrics& metrics) {
  if (!samples.is_array() || samples.empty()) return;
  const std::vector<nlohmann::json> backwards(samples.rbegin(), samples.rend());
  for (const char* what : {"rss", "pss"}) {
    const std::string name = std::string(what) + "_bytes";
    if (const auto start = memory_in(samples, tree, name.c_str()))
      metrics[std::string(what) + "_start_bytes"] = *start;
    if (const auto end = memory_in(backwards, tree, name.c_str()))
      metrics[std::string(what) + "_end_bytes"] = *end;
  }
}

void add_tree_metrics(const observe::TreeObservation& tree, double answers, Metrics& metrics) {
  metrics["cpu_user_s"] = tree.cpu_user_s;
  metrics["cpu_system_s"] = tree.cpu_system_s;
  metrics["cpu_percent"] = tree.cpu_percent();
  if (answers > 0) metrics["cpu_us_per_request"] = 1e6 * (tree.cpu_user_s + tree.cpu_system_s) / answers;
  metrics["rss_bytes"] = static_cast<double>(tree.peak_rss_bytes);
  const auto optional = [&metrics](const char* name, const std::optional<std::int64_t>& value) {
    if (value) metrics[name] = static_cast<double>(*value);
  };
  optional("pss_bytes", tree.peak_pss_bytes);
  optional("container_memory_bytes", tree.peak_group_memory_bytes);
  optional("disk_read_bytes", tree.disk_read_bytes);
  optional("disk_written_bytes", tree.disk_written_bytes);
  optional("network_received_bytes", tree.network_received_bytes);
  optional("network_sent_bytes", tree.network_sent_bytes);
  metrics["connections_never_accepted"] = static_cast<double>(tree.connections_never_accepted);
  std::uint64_t connections = 0, fullest = 0;
  for (const auto& [pid, count] : tree.connections_by_process) {
    connections += count;
    fullest = std::max(fullest, count);
  }
  if (connections > 0) {
    metrics["workers_serving"] = static_cast<double>(tree.connections_by_process.size());
    metrics["fullest_worker_share"] = static_cast<double>(fullest) / static_cast<double>(connections);
  }
}

}  // namespace shootout::trial
