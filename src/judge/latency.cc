#include "judge/latency.h"

#include "engine/histogram_json.h"
#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using HistogramByReplicate = std::map<int, engine::Histogram>;

HistogramByReplicate merged_latencies(const std::vector<const suite::TrialRecord*>& trials) {
  HistogramByReplicate merged;
  for (const auto* trial : trials) {
    const auto* encoded = member(trial->load_result, "latency");
    if (encoded == nullptr) continue;
    if (const auto latency = engine::histogram_from(*encoded)) merged[trial->replicate].merge(*latency);
  }
  return merged;
}

QuantilesByReplicate figures_at(const HistogramByReplicate& latencies, double q) {
  QuantilesByReplicate figures;
  for (const auto& [replicate, latency] : latencies) {
    const auto beyond = latency.count_beyond(q);
    if (beyond >= kBeyondToShow) figures[replicate] = {latency.quantile(q), beyond};
  }
  return figures;
}

}  // namespace

std::optional<double> quantile_of(std::string_view metric) {
  if (metric == "latency_p50_us") return 0.50;
  if (metric == "latency_p90_us") return 0.90;
  if (metric == "latency_p95_us") return 0.95;
  if (metric == "latency_p99_us") return 0.99;
  return std::nullopt;
}

QuantilesByReplicate quantiles(const std::vector<const suite::TrialRecord*>& trials, double q) {
  return figures_at(merged_latencies(trials), q);
}

std::map<std::string, QuantilesByReplicate> all_quantiles(
    const std::vector<const suite::TrialRecord*>& trials) {
  const auto latencies = merged_latencies(trials);
  std::map<std::string, QuantilesByReplicate> figures;
  for (const auto* metric : kQuantileMetrics) figures[metric] = figures_at(latencies, *quantile_of(metric));
  return figures;
}

}  // namespace shootout::judge
