#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "judge/evidence.h"
#include "judge/gate_list.h"
#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using suite::TrialRecord;

constexpr const char* kGenerator = "generator";

/// Little's law is of a steady state: a window this many latencies long hides its edges (method.md).
constexpr double kLatenciesInWindow = 20;

/// The cores that it may use.
double cores_of(const TrialRecord& trial) {
  return std::max(number_at(trial.observed, "generator_cores").value_or(1), 1.0);
}

/// More threads than it has cores take turns, by the suite's own wish; a warning tells.
bool threads_take_turns(const TrialRecord& trial, const suite::Cell& cell) {
  return cell.offering.threads > cores_of(trial);
}

/// Of each core that it works on; waiting for planned times with open eyes is not work.
std::optional<double> cpu_percent(const TrialRecord& trial, const suite::Cell& cell) {
  const auto& result = trial.load_result;
  const double cores = std::clamp<double>(cell.offering.threads, 1, cores_of(trial));
  const auto user = number_at(result, "cpu_user_s"), system = number_at(result, "cpu_system_s");
  const auto spin = number_at(result, "spin_s"), wall = number_at(result, "wall_s");
  if (user && system && spin && wall && *wall > 0) return 100 * (*user + *system - *spin) / (*wall * cores);
  const auto all = metric_of(trial, "generator_cpu_percent");
  return all ? std::optional(*all / cores) : std::nullopt;
}

std::optional<double> littles_law_percent(const TrialRecord& trial, const suite::Cell& cell) {
  const auto window_s = metric_of(trial, "duration_s"), latency_us = metric_of(trial, "latency_mean_us");
  if (!cell.window || !window_s || !latency_us || *window_s * 1e6 < kLatenciesInWindow * *latency_us)
    return std::nullopt;
  return metric_of(trial, "littles_law_percent");
}

/// The engine holds a load against thresholds of its own. Where the suite's were looked at, they decide.
void look_at_engine(const TrialRecord& trial, bool cpu_known, bool law_known, GateList& list) {
  const auto* reasons = member(trial.load_result, "reasons");
  if (reasons == nullptr || !reasons->is_array()) return;
  std::vector<std::string> told;
  for (const auto& reason : *reasons) {
    if (!reason.is_string()) continue;
    const auto& text = reason.get_ref<const std::string&>();
    const bool of_cpu = text.starts_with("the generator was the bottleneck");
    const bool of_law = text.starts_with("the generator's counts do not agree");
    if (!(of_cpu && cpu_known) && !(of_law && law_known)) told.push_back(text);
  }
  const auto count = static_cast<double>(told.size());
  if (told.empty()) list.at_most(kGenerator, "own_reasons", 0, 0, [] { return ""; });
  for (const auto& text : told) list.at_most(kGenerator, "own_reasons", count, 0, [&] { return text; });
}

/// Requests on their way at the window's two edges are answered on their other side: as many as that makes
/// likely (three standard deviations of two Poisson counts, and one) may be missing.
double carried_threshold(const TrialRecord& trial, double wanted_percent, double rate) {
  const auto window_s = metric_of(trial, "duration_s"), latency_us = metric_of(trial, "latency_mean_us");
  if (!window_s || !latency_us || *window_s <= 0) return wanted_percent;
  const double in_flight = rate * *latency_us * 1e-6;
  const double at_edges = 1 + 3 * std::sqrt(2 * in_flight);
  return std::max(wanted_percent - 100 * at_edges / (rate * *window_s), 0.0);
}

}  // namespace

void look_at_generator(const TrialRecord& trial, const suite::Cell& cell, const suite::Gates& gates,
                       GateList& list) {
  if (const auto* told = member(trial.load_result, "interrupted"); told != nullptr && told->is_boolean())
    list.at_most(kGenerator, "interrupted", told->get<bool>() ? 1 : 0, 0,
                 [] { return "interrupted before its end"; });
  const auto cpu = cpu_percent(trial, cell);
  if (cpu)
    list.at_most(kGenerator, "generator_cpu_percent", *cpu, gates.generator_cpu_percent, [&] {
      return fmt::format(
          "it took {:.0f} % of its core (at most {:g} %): the servers may have had more to give", *cpu,
          gates.generator_cpu_percent);
    });
  if (const auto waited = metric_of(trial, "generator_wait_percent");
      waited && !threads_take_turns(trial, cell))
    list.at_most(kGenerator, "generator_wait_percent", *waited, gates.generator_wait_percent, [&] {
      return fmt::format("it waited for a core in {:.0f} % of the window (at most {:g} %)", *waited,
                         gates.generator_wait_percent);
    });
  if (const auto shared = metric_of(trial, "shared_cores_percent"))
    list.at_most(kGenerator, "shared_cores_percent", *shared, gates.generator_cpu_percent, [&] {
      return fmt::format(
          "it shares its cores with the servers, and together they took {:.0f} % of them (at most {:g} %): "
          "what it "
          "took, they had not",
          *shared, gates.generator_cpu_percent);
    });
  const auto law = littles_law_percent(trial, cell);
  if (law)
    list.at_most(kGenerator, "littles_law_percent", *law, gates.littles_law_percent, [&] {
      return fmt::format("its counts do not agree: Little's law is off by {:.1f} % (at most {:g} %)", *law,
                         gates.littles_law_percent);
    });
  look_at_engine(trial, cpu.has_value(), law.has_value(), list);
  if (const auto carried = metric_of(trial, "carried_percent"); carried && cell.rate)
    list.at_least(kGenerator, "carried_percent", *carried,
                  carried_threshold(trial, gates.carried_percent, *cell.rate), [&] {
                    return fmt::format(
                        "only {:.1f} % of the requests offered were answered in the window (at least {:g} %, "
                        "less what its edges explain): the rate of {:g}/s was not carried",
                        *carried, gates.carried_percent, *cell.rate);
                  });
  const auto ceiling = metric_of(trial, "ceiling_per_second"), rate = metric_of(trial, "requests_per_second");
  if (ceiling && rate && *rate > 0 && !cell.rate)  // an open loop sets the rate of both
    list.at_least(kGenerator, "ceiling_ratio", *ceiling / *rate, gates.ceiling_ratio, [&] {
      return fmt::format(
          "limited by the generator: shootout's own minimal server reached {:.0f}/s under the same load, "
          "{:.2f} "
          "times the contender's rate (at least {:g} times)",
          *ceiling, *ceiling / *rate, gates.ceiling_ratio);
    });
}

}  // namespace shootout::judge
