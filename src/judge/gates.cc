#include "judge/gates.h"

#include <fmt/format.h>

#include <optional>

#include "judge/evidence.h"
#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using nlohmann::json;
using suite::TrialRecord;

/// One core's share above which the generator may be what was measured.
constexpr double kBusyGeneratorPercent = 80;

bool interrupted(const TrialRecord& trial) {
  const auto* told = member(trial.load_result, "interrupted");
  return told != nullptr && told->is_boolean() && told->get<bool>();
}

double errors_of(const TrialRecord& trial, const std::string& error_class) {
  const auto* errors = member(trial.load_result, "errors");
  return errors == nullptr ? 0 : number_at(*errors, error_class).value_or(0);
}

/// Fixed work: every request must have been answered well.
bool all_answered_well(const TrialRecord& trial) {
  return metric_of(trial, "success_rate").value_or(0) >= 1;
}

struct Calls {
  double counted, claimed;
};

/// The service's count and what the answers claim, where they differ.
std::optional<Calls> unproven_calls(const TrialRecord& trial) {
  const auto counted = metric_of(trial, "upstream_calls");
  const auto claimed = metric_of(trial, "upstream_calls_claimed");
  if (!counted || !claimed || *counted == *claimed) return std::nullopt;
  return Calls{*counted, *claimed};
}

std::string success_failure(const TrialRecord& trial) {
  const auto rate = metric_of(trial, "success_rate");
  if (!rate) return "verification: no request was answered";
  std::string classes;
  if (const auto* errors = member(trial.load_result, "errors"); errors != nullptr && errors->is_object())
    for (const auto& [name, count] : errors->items())
      if (count.is_number() && count.get<double>() > 0)
        classes += fmt::format("{}{} {}", classes.empty() ? ": " : ", ", count.get<double>(), name);
  return fmt::format("verification: {:.4g} % of {} requests succeeded{}", 100 * *rate,
                     metric_of(trial, "requests").value_or(0), classes);
}

std::vector<std::string> generator_failures(const TrialRecord& trial) {
  std::vector<std::string> failures;
  if (const auto* reasons = member(trial.load_result, "reasons"); reasons != nullptr && reasons->is_array())
    for (const auto& reason : *reasons)
      if (reason.is_string()) failures.push_back("generator: " + reason.get<std::string>());
  if (const auto cpu = metric_of(trial, "generator_cpu_percent"); cpu && *cpu > kBusyGeneratorPercent)
    failures.push_back(fmt::format(
        "generator: it took {:.0f} % of its core (at most {:.0f} %): the servers may have had more to give",
        *cpu, kBusyGeneratorPercent));
  return failures;
}

std::string processes_failure(const TrialRecord& trial, const std::string& what) {
  const auto* processes = member(trial.observed, what);
  if (processes == nullptr || !processes->is_array() || processes->empty()) return {};
  return fmt::format("server: {} {} {} during the trial (process ids {})", processes->size(),
                     processes->size() == 1 ? "process" : "processes", what, processes->dump());
}

}  // namespace

std::vector<std::string> failed_gates(const TrialRecord& trial, const suite::Cell& cell) {
  std::vector<std::string> failures;
  if (interrupted(trial)) failures.emplace_back("interrupted before its end");
  if (!all_answered_well(trial)) failures.push_back(success_failure(trial));
  const double offered = static_cast<double>(cell.connections) * cell.requests_per_connection;
  if (const auto requests = metric_of(trial, "requests"); requests && *requests < offered)
    failures.push_back(
        fmt::format("verification: {} requests were sent of the {} planned", *requests, offered));
  if (const auto calls = unproven_calls(trial))
    failures.push_back(fmt::format("verification: the upstream counted {} calls, the answers claim {}",
                                   calls->counted, calls->claimed));
  for (auto& failure : generator_failures(trial)) failures.push_back(std::move(failure));
  for (const auto* what : {"ended", "appeared"})
    if (auto failure = processes_failure(trial, what); !failure.empty())
      failures.push_back(std::move(failure));
  return failures;
}

bool target_lied(const TrialRecord& trial, const suite::Cell&) {
  if (interrupted(trial)) return false;
  if (all_answered_well(trial) && unproven_calls(trial)) return true;
  return errors_of(trial, "check") > 0 || errors_of(trial, "protocol") > 0;
}

}  // namespace shootout::judge
