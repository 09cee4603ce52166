#include "trial/phases.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace shootout::trial {
namespace {

constexpr double kRecovered = 1.1;  // times the first phase's p99
constexpr std::uint64_t kFewestBeyond = 10;

std::string_view name(suite::Phase::Role role) {
  static constexpr std::array<std::string_view, 3> kNames{"ramp", "hold", "cool_down"};
  return kNames.at(static_cast<std::size_t>(role));
}

std::optional<double> quantile(const engine::Histogram& latency, double q) {
  if (latency.count_beyond(q) < kFewestBeyond) return std::nullopt;
  return latency.quantile(q);
}

// Seconds from the end of the highest level; nothing where p99 never came back.
std::optional<double> recovery_s(const engine::LoadResult& result, double over_s, double first_p99_us) {
  const auto calm = [&](const engine::SeriesPoint& point) {
    return point.completed > 0 && point.p99_us <= kRecovered * first_p99_us;
  };
  for (std::size_t i = 0; i + 1 < result.series.size(); ++i) {
    const auto& point = result.series[i];
    const double begins_s = i == 0 ? 0 : result.series[i - 1].t_s;
    if (begins_s + 1e-6 < over_s) continue;
    if (calm(point) && calm(result.series[i + 1])) return point.t_s - over_s;
  }
  return std::nullopt;
}

}  // namespace

nlohmann::json phases_json(const engine::LoadResult& result, const suite::Cell& cell) {
  nlohmann::json phases = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(result.stages.size(), cell.phases.size()); ++i) {
    const auto& stage = result.stages[i];
    const auto& phase = cell.phases[i];
    nlohmann::json json{{"name", phase.name},
                        {"role", name(phase.role)},
                        {"connections", phase.connections},
                        {"begin_s", stage.begin_s},
                        {"end_s", stage.end_s},
                        {"started", stage.started},
                        {"completed", stage.completed},
                        {"completed_in_phase", stage.completed_in_stage},
                        {"errors", stage.error_count()},
                        {"unanswered", stage.unanswered}};
    if (stage.end_s > stage.begin_s) json["requests_per_second"] = stage.requests_per_second();
    if (stage.latency.count() > 0) json["p50_us"] = stage.latency.quantile(0.5);
    if (const auto p99 = quantile(stage.latency, 0.99)) json["p99_us"] = *p99;
    phases.push_back(std::move(json));
  }
  return phases;
}

void add_spike_metrics(const engine::LoadResult& result, const suite::Cell& cell, Metrics& metrics) {
  metrics["shed"] = static_cast<double>(result.started - std::min(result.started, result.succeeded));
  const auto phases = std::min(result.stages.size(), cell.phases.size());
  double over_s = 0;
  bool has_hold = false;
  for (std::size_t i = 0; i < phases; ++i) {
    if (cell.phases[i].role == suite::Phase::Role::cool_down) continue;
    over_s = std::max(over_s, result.stages[i].end_s);
    if (cell.phases[i].role != suite::Phase::Role::hold || has_hold) continue;
    has_hold = true;
    metrics["hold_requests_per_second"] = result.stages[i].requests_per_second();
    if (const auto p99 = quantile(result.stages[i].latency, 0.99)) metrics["hold_p99_us"] = *p99;
  }
  if (phases == 0) return;
  const auto first = quantile(result.stages.front().latency, 0.99);
  if (!first) return;
  if (const auto recovered = recovery_s(result, over_s, *first)) metrics["recovery_s"] = *recovered;
}

void add_memory_kept(Metrics& metrics) {
  for (const std::string kind : {"pss", "rss"}) {
    const auto start = metrics.find(kind + "_start_bytes"), end = metrics.find(kind + "_end_bytes");
    if (start == metrics.end() || end == metrics.end()) continue;
    metrics["memory_kept_bytes"] = end->second - start->second;
    return;
  }
}

}  // namespace shootout::trial
