#include "report/metrics.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace shootout::report {

std::string metric_title(std::string_view metric) {
  if (metric == "duration_s") return "total duration";
  if (metric == "requests_per_second") return "requests/s";
  if (metric == "cpu_us_per_request") return "CPU a request";
  const auto latency = std::ranges::find(kShownLatencies, metric, &ShownMetric::name);
  return latency == kShownLatencies.end() ? std::string(metric) : std::string(latency->title);
}

Quantity quantity_of(std::string_view metric) {
  if (metric == "duration_s") return Quantity::seconds;
  if (metric == "cpu_us_per_request") return Quantity::cpu_microseconds;
  return metric.starts_with("latency_") ? Quantity::microseconds : Quantity::per_second;
}

std::optional<double> quantile_of(std::string_view metric) {
  if (metric == "latency_p50_us") return 0.50;
  if (metric == "latency_p90_us") return 0.90;
  if (metric == "latency_p95_us") return 0.95;
  if (metric == "latency_p99_us") return 0.99;
  return std::nullopt;
}

bool enough_samples(std::string_view metric, double requests) {
  constexpr double kBeyond = 10;
  constexpr double kRounding = 1e-6;  // 1 - 0.95 is a little more than 0.05
  const auto quantile = quantile_of(metric);
  return !quantile || requests * (1 - *quantile) >= kBeyond - kRounding;
}

std::optional<double> metric_of(const suite::TrialRecord& trial, std::string_view name) {
  const auto found = trial.metrics.find(std::string(name));
  if (found == trial.metrics.end() || !std::isfinite(found->second)) return std::nullopt;
  const auto requests = trial.metrics.find("requests");
  if (!enough_samples(name, requests == trial.metrics.end() ? 0 : requests->second)) return std::nullopt;
  return found->second;
}

}  // namespace shootout::report
