#include "judge/steady_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/location.h"
#include "stats/steady_state.h"

namespace shootout::judge {
namespace {

/// Strict, since every contender of every cell is tested.
constexpr double kSureTrend = 0.001;
constexpr std::size_t kThirds = 3;

/// An open loop sets the rate: there, what slows down shows in the latency.
struct Watched {
  const char* metric;
  const char* title;
};
Watched watched(const suite::Load& load) {
  return is_steady_closed(load) ? Watched{"requests_per_second", "requests/s"}
                                : Watched{"latency_p50_us", "p50 latency"};
}

/// From the mean of the first third to that of the last.
double change_over(const std::vector<double>& logs) {
  const auto third = logs.size() / kThirds;
  double change = 0;
  for (std::size_t i = 0; i < third; ++i) change += logs[logs.size() - 1 - i] - logs[i];
  return change / static_cast<double>(third);
}

}  // namespace

std::string unsteady(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                     const std::string& contender) {
  if (!is_steady(load)) return {};
  const auto [metric, title] = watched(load);
  std::map<int, std::map<int, double>> by_block;  // of each replicate
  for (const auto* trial : evidence.trials(load.name, scenario.name, contender))
    if (const auto value = metric_of(*trial, metric); value && *value > 0)
      by_block[trial->replicate][trial->block] = std::log(*value);

  stats::Trend trend;
  std::vector<double> changes;
  for (const auto& [replicate, blocks] : by_block) {
    std::vector<double> logs;
    for (const auto& [block, value] : blocks) logs.push_back(value);
    if (logs.size() < kThirds) continue;
    trend += stats::trend_of(logs);
    changes.push_back(change_over(logs));
  }
  if (changes.empty() || trend.p_value() >= kSureTrend) return {};
  const double change = stats::median(changes);
  const double percent = 100 * (std::exp(change) - 1);
  if (std::abs(percent) <= evidence.suite.gates.drift_percent) return {};
  const auto alike = std::ranges::count_if(changes, [&](double one) { return one * change > 0; });
  return fmt::format(
      "no steady state: {} {} by {:.0f} % from the first third of a replicate's blocks to the last, in {} of "
      "{} replicates",
      title, percent < 0 ? "fell" : "rose", std::abs(percent), alike, changes.size());
}

}  // namespace shootout::judge
