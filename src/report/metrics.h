// The metrics of a trial (suite/record.h), in the order of the CSV, and which of them tables show.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "report/format.h"
#include "suite/record.h"

namespace shootout::report {

/// Every metric that suite/record.h names.
inline constexpr auto kMetrics = std::to_array<std::string_view>({"duration_s",
                                                                  "requests_per_second",
                                                                  "latency_mean_us",
                                                                  "latency_p50_us",
                                                                  "latency_p95_us",
                                                                  "latency_p99_us",
                                                                  "latency_max_us",
                                                                  "success_rate",
                                                                  "requests",
                                                                  "errors",
                                                                  "bytes_per_answer",
                                                                  "cpu_user_s",
                                                                  "cpu_system_s",
                                                                  "cpu_percent",
                                                                  "cpu_us_per_request",
                                                                  "cpu_idle_percent",
                                                                  "pss_bytes",
                                                                  "rss_bytes",
                                                                  "network_received_bytes",
                                                                  "network_sent_bytes",
                                                                  "disk_read_bytes",
                                                                  "disk_written_bytes",
                                                                  "upstream_calls",
                                                                  "upstream_calls_claimed",
                                                                  "upstream_peak",
                                                                  "workers_serving",
                                                                  "fullest_worker_share",
                                                                  "generator_cpu_percent",
                                                                  "generator_wait_percent",
                                                                  "shared_cores_percent",
                                                                  "littles_law_percent",
                                                                  "concurrency_mean",
                                                                  "lateness_p99_us",
                                                                  "offered_per_second",
                                                                  "carried_percent",
                                                                  "ceiling_per_second",
                                                                  "bytes_per_second",
                                                                  "latency_p90_us",
                                                                  "pss_start_bytes",
                                                                  "rss_start_bytes",
                                                                  "pss_end_bytes",
                                                                  "rss_end_bytes",
                                                                  "sent_bytes_per_second",
                                                                  "first_byte_p50_us",
                                                                  "first_byte_p99_us",
                                                                  "database_cpu_percent",
                                                                  "database_cpu_us_per_request",
                                                                  "rows_read",
                                                                  "rows_written",
                                                                  "rows_read_claimed",
                                                                  "rows_written_claimed",
                                                                  "hold_requests_per_second",
                                                                  "hold_p99_us",
                                                                  "shed",
                                                                  "recovery_s",
                                                                  "memory_kept_bytes",
                                                                  "latency_stdev_us",
                                                                  "latency_within_1_stdev",
                                                                  "thread_rate_mean",
                                                                  "thread_rate_stdev",
                                                                  "thread_rate_max",
                                                                  "thread_rate_within_1_stdev",
                                                                  "answers",
                                                                  "bytes_received",
                                                                  "generator_rss_bytes",
                                                                  "connections_opened",
                                                                  "connections_never_accepted",
                                                                  "open_s",
                                                                  "listen_backlog",
                                                                  "listen_overflows",
                                                                  "listen_drops",
                                                                  "socket_errors_connect",
                                                                  "socket_errors_read",
                                                                  "socket_errors_write",
                                                                  "socket_errors_timeout",
                                                                  "errors_before_window",
                                                                  "slower_than_2s",
                                                                  "waiting_at_end",
                                                                  "waited_at_end_p50_us",
                                                                  "waited_at_end_max_us",
                                                                  "waited_all_along",
                                                                  "connections_never_opened",
                                                                  "connections_never_served"});

/// A metric as a row or a column of a scenario's table.
struct ShownMetric {
  std::string_view name;
  std::string_view title;  ///< empty: made from what the load counts
  Quantity quantity;
  bool always = true;  ///< shown with a dash where nobody has it; else left out
};

inline constexpr std::array<ShownMetric, 7> kShownMetrics{{
    {"duration_s", "Total duration", Quantity::seconds},
    {"latency_mean_us", "Avg response time", Quantity::microseconds},
    {"latency_p50_us", "p50 response time", Quantity::microseconds, false},
    {"latency_p95_us", "p95 response time", Quantity::microseconds, false},
    {"latency_p99_us", "p99 response time", Quantity::microseconds, false},
    {"requests_per_second", "", Quantity::per_second},
    {"success_rate", "Success rate", Quantity::share},
}};

/// Of a steady load of two contenders, in groups of which the one with the deciding metric comes first.
inline constexpr std::array<ShownMetric, 6> kShownRates{{
    {"requests_per_second", "", Quantity::per_second},
    {"bytes_per_second", "Received", Quantity::bytes_per_second, false},
    {"sent_bytes_per_second", "Sent", Quantity::bytes_per_second, false},
    {"cpu_us_per_request", "CPU a request", Quantity::cpu_microseconds},
    {"database_cpu_us_per_request", "Database CPU a request", Quantity::cpu_microseconds, false},
    {"success_rate", "Success rate", Quantity::share},
}};
inline constexpr std::array<ShownMetric, 5> kShownLatencies{{
    {"latency_mean_us", "Avg response time", Quantity::microseconds},
    {"latency_p50_us", "p50 response time", Quantity::microseconds},
    {"latency_p90_us", "p90 response time", Quantity::microseconds, false},
    {"latency_p95_us", "p95 response time", Quantity::microseconds, false},
    {"latency_p99_us", "p99 response time", Quantity::microseconds, false},
}};

/// "requests/s", "CPU a request", "p99 response time": a metric in a sentence; its own name where it
/// decides nothing.
[[nodiscard]] std::string metric_title(std::string_view metric);

/// What a metric that may decide is of.
[[nodiscard]] Quantity quantity_of(std::string_view metric);

/// Which quantile a metric is (0.95 for latency_p95_us); nothing for the others.
[[nodiscard]] std::optional<double> quantile_of(std::string_view metric);

/// Whether a quantile of so many requests has at least 10 of them beyond it (method.md); true for what is
/// none.
[[nodiscard]] bool enough_samples(std::string_view metric, double requests);

/// The trial's metric, unless it was not taken or is a quantile of too few requests.
[[nodiscard]] std::optional<double> metric_of(const suite::TrialRecord& trial, std::string_view name);

}  // namespace shootout::report
