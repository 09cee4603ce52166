#include "judge/resources.h"

#include <algorithm>
#include <functional>

#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using Trials = std::vector<const suite::TrialRecord*>;
/// Reads a figure of a contender or of a service from a trial.
using Reader =
    std::function<std::optional<double>(const suite::TrialRecord& trial, const std::string& metric)>;

std::optional<stats::Estimate> over_replicates(const ByReplicate& figures) {
  return figures.empty() ? std::nullopt : std::optional(mean_over(figures));
}

std::optional<stats::Estimate> weighted(const Trials& trials, const Reader& read, const std::string& metric,
                                        const std::string& weight) {
  struct Sum {
    double products = 0, weights = 0;
  };
  std::map<int, Sum> sums;
  for (const auto* trial : trials) {
    const auto value = read(*trial, metric);
    const auto by = metric_of(*trial, weight);
    if (!value || !by || *by <= 0) continue;
    sums[trial->replicate].products += *value * *by;
    sums[trial->replicate].weights += *by;
  }
  ByReplicate means;
  for (const auto& [replicate, sum] : sums) means[replicate] = sum.products / sum.weights;
  return over_replicates(means);
}

std::optional<stats::Estimate> highest(const Trials& trials, const Reader& read, const std::string& metric) {
  ByReplicate peaks;
  for (const auto* trial : trials)
    if (const auto value = read(*trial, metric)) {
      double& peak = peaks.try_emplace(trial->replicate, *value).first->second;
      peak = std::max(peak, *value);
    }
  return over_replicates(peaks);
}

}  // namespace

Resources resources_of(const Evidence& evidence, const std::string& name, std::string_view load) {
  const auto service = std::ranges::find_if(
      evidence.suite.services, [&](const auto& one) { return evidence.provider_of(one) == name; });
  const bool serves = service != evidence.suite.services.end();
  const Reader read = [&](const suite::TrialRecord& trial,
                          const std::string& metric) -> std::optional<double> {
    if (!serves) return metric_of(trial, metric);
    const auto* services = member(trial.observed, "services");
    const auto* its = services ? member(*services, service->name) : nullptr;
    return its ? number_at(*its, metric) : std::nullopt;
  };
  const auto trials = evidence.trials(load, {}, serves ? std::string_view() : std::string_view(name));
  return {.contender = name,
          .cpu_idle_percent = weighted(trials, read, "cpu_idle_percent", "duration_s"),
          .cpu_load_percent = weighted(trials, read, "cpu_percent", "duration_s"),
          .pss_bytes = highest(trials, read, "pss_bytes"),
          .rss_bytes = highest(trials, read, "rss_bytes"),
          .cpu_us_per_request = weighted(trials, read, "cpu_us_per_request", "requests")};
}

}  // namespace shootout::judge
