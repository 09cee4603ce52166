#include "judge/saturation.h"

#include <fmt/format.h>

#include <algorithm>

#include "judge/recorded.h"

namespace shootout::judge {
namespace {

constexpr double kNearlyAll = 90;  // percent of each core

/// Of Python's interpreters, which take turns within a process, at most one core a worker.
int usable_cores(int cores, const nlohmann::json& contender) {
  if (const auto workers = count_at(contender, "workers"); workers && text_at(contender, "python"))
    return std::min(cores, std::max(*workers, 1));
  return cores;
}

std::string counted(int cores) {
  return cores == 1 ? "core" : fmt::format("{} cores", cores);
}

std::optional<double> mean_of(const std::vector<const suite::TrialRecord*>& trials,
                              const std::string& metric) {
  const auto figures = averages(trials, metric);
  return figures.empty() ? std::nullopt : std::optional(mean_over(figures).value);
}

}  // namespace

std::optional<int> cores_of_servers(const Evidence& evidence) {
  const auto* pinning = member(evidence.run.plan, "pinning");
  const auto* cores = pinning ? member(*pinning, "servers") : nullptr;
  if (cores == nullptr || !cores->is_array() || cores->empty())
    cores = member(evidence.run.machine, "cores_allowed");
  if (cores == nullptr || !cores->is_array() || cores->empty()) return std::nullopt;
  return static_cast<int>(cores->size());
}

std::optional<Saturation> saturation_of(const Evidence& evidence,
                                        const std::vector<const suite::TrialRecord*>& trials,
                                        const std::string& contender) {
  const auto server = mean_of(trials, "cpu_percent");
  const auto cores = cores_of_servers(evidence);
  if (!server || !cores) return std::nullopt;
  const int usable = usable_cores(*cores, evidence.about(contender));
  if (*server >= kNearlyAll * usable)
    return Saturation{true, fmt::format("CPU bound: {:.0f} % of the {} that it can use", *server / usable,
                                        counted(usable))};
  const auto database = mean_of(trials, "database_cpu_percent");
  if (database && *database >= kNearlyAll * *cores)
    return Saturation{true, fmt::format("database bound: it took {:.0f} % of the {}, the server {:.0f} %",
                                        *database / *cores, counted(*cores), *server / *cores)};
  if (database && *server + *database >= kNearlyAll * *cores)
    return Saturation{
        true,
        fmt::format("CPU bound together with the database: {:.0f} % and {:.0f} % of the {} that they share",
                    *server / *cores, *database / *cores, counted(*cores))};
  return Saturation{
      false, fmt::format("not saturated: {:.0f} % of the {} that it can use{}: it waits", *server / usable,
                         counted(usable),
                         database ? fmt::format(", the database {:.0f} %", *database / *cores) : "")};
}

std::string held_back_by_generator(const Evidence& evidence, const suite::Load& load,
                                   const suite::Scenario& scenario, const std::string& contender) {
  std::vector<const suite::TrialRecord*> trials;
  for (const auto& trial : evidence.run.trials)
    if (trial.load == load.name && trial.scenario == scenario.name && trial.contender == contender)
      trials.push_back(&trial);
  const auto ceiling = mean_of(trials, "ceiling_per_second"), rate = mean_of(trials, "requests_per_second");
  const double needed = suite::gates_of(evidence.suite, scenario.name).ceiling_ratio;
  if (!ceiling || !rate || *rate <= 0 || *ceiling >= needed * *rate) return {};
  return fmt::format(
      "the generator: its own ceiling is {:.2f} times the contender's rate, so no trial counts",
      *ceiling / *rate);
}

}  // namespace shootout::judge
