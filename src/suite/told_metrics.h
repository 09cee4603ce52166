// The metrics of a trial (suite/record.h) that claims and advice may ask for, and how they are told.
#pragma once

#include <array>
#include <string_view>

namespace shootout::suite {

struct ToldMetric {
  std::string_view name;
  std::string_view words;
  std::string_view unit;    ///< with its space: " ms"
  double divisor = 1;       ///< from the recorded figure to one in the unit
  bool compared = false;    ///< two of them make a ratio: above 0, and more or less is better
  bool is_share = false;    ///< 0 to 1
  bool is_derived = false;  ///< recorded in no trial: made from others
};

/// The last two are made from a trial's requests, success_rate and errors_before_window, and from its
/// cpu_percent and the cores that the servers had.
inline constexpr std::array kToldMetrics{
    ToldMetric{.name = "requests_per_second", .words = "requests/s", .unit = "", .compared = true},
    ToldMetric{"duration_s", "duration", " s", 1, true},
    ToldMetric{"latency_mean_us", "mean latency", " ms", 1e3, true},
    ToldMetric{"latency_p50_us", "p50 latency", " ms", 1e3, true},
    ToldMetric{"latency_p90_us", "p90 latency", " ms", 1e3, true},
    ToldMetric{"latency_p95_us", "p95 latency", " ms", 1e3, true},
    ToldMetric{"latency_p99_us", "p99 latency", " ms", 1e3, true},
    ToldMetric{"latency_max_us", "longest latency", " ms", 1e3, true},
    ToldMetric{"cpu_us_per_request", "CPU a request", " us", 1, true},
    ToldMetric{"pss_bytes", "memory (PSS)", " MB", 1e6, true},
    ToldMetric{"rss_bytes", "memory (RSS)", " MB", 1e6, true},
    ToldMetric{"cpu_percent", "CPU", " % of a core"},
    ToldMetric{"cpu_idle_percent", "CPU at rest", " % of a core"},
    ToldMetric{"bytes_per_answer", "received an answer", " bytes"},
    ToldMetric{"workers_serving", "workers that held connections", ""},
    ToldMetric{.name = "fullest_worker_share",
               .words = "connections of the fullest worker",
               .unit = " %",
               .divisor = 0.01,
               .is_share = true},
    ToldMetric{.name = "slower_than_2s",
               .words = "requests that waited for more than 2 s",
               .unit = " %",
               .divisor = 0.01,
               .is_share = true},
    ToldMetric{"open_s", "time to open all connections", " s"},
    ToldMetric{"connections_opened", "connections opened", ""},
    ToldMetric{"connections_never_opened", "connections never opened", ""},
    ToldMetric{"connections_never_served", "connections never served", ""},
    ToldMetric{"connections_never_accepted", "connections never accepted", ""},
    ToldMetric{"listen_backlog", "backlog", ""},
    ToldMetric{"listen_overflows", "overflows of the backlog", ""},
    ToldMetric{"listen_drops", "connections dropped at the backlog", ""},
    ToldMetric{"waiting_at_end", "requests waiting at the end", ""},
    ToldMetric{"waited_all_along", "connections without an answer in the whole window", ""},
    ToldMetric{"waited_at_end_max_us", "longest wait at the end", " ms", 1e3},
    ToldMetric{"socket_errors_connect", "connect errors", ""},
    ToldMetric{"socket_errors_read", "read errors", ""},
    ToldMetric{"socket_errors_write", "write errors", ""},
    ToldMetric{"socket_errors_timeout", "timeouts", ""},
    ToldMetric{"errors_before_window", "errors before the window", ""},
    ToldMetric{"requests", "requests", ""},
    ToldMetric{.name = "failures", .words = "requests without a good answer", .unit = "", .is_derived = true},
    ToldMetric{.name = "cpu_share_of_cores",
               .words = "CPU of the cores that the servers had",
               .unit = " %",
               .divisor = 0.01,
               .is_share = true,
               .is_derived = true},
};

/// Null where there is none of this name.
[[nodiscard]] constexpr const ToldMetric* told_metric(std::string_view name) {
  for (const auto& metric : kToldMetrics)
    if (metric.name == name) return &metric;
  return nullptr;
}

}  // namespace shootout::suite
