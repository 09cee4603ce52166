#include "judge/gates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "judge/evidence.h"
#include "judge/gate_list.h"
#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using suite::TrialRecord;

bool interrupted(const TrialRecord& trial) {
  const auto* told = member(trial.load_result, "interrupted");
  return told != nullptr && told->is_boolean() && told->get<bool>();
}

double error_count(const TrialRecord& trial, const std::string& error_class) {
  const auto* errors = member(trial.load_result, "errors");
  return errors == nullptr ? 0 : number_at(*errors, error_class).value_or(0);
}

/// Requests without a good answer.
double errors_percent(const TrialRecord& trial) {
  constexpr double kRounding = 1e9;  // 1 - 0.999 is a little more than 0.001
  return std::round(100 * (1 - metric_of(trial, "success_rate").value_or(0)) * kRounding) / kRounding;
}

std::string success_failure(const TrialRecord& trial) {
  const auto rate = metric_of(trial, "success_rate");
  if (!rate) return "no request was answered";
  std::vector<std::string> classes;
  if (const auto* errors = member(trial.load_result, "errors"); errors != nullptr && errors->is_object())
    for (const auto& [name, count] : errors->items())
      if (count.is_number() && count.get<double>() > 0)
        classes.push_back(fmt::format("{} {}", count.get<double>(), name));
  if (const auto unanswered = number_at(trial.load_result, "unanswered"); unanswered && *unanswered > 0)
    classes.push_back(fmt::format("{} unanswered", *unanswered));
  return fmt::format("{:.6g} % of {} requests succeeded{}{}", 100 * *rate,
                     metric_of(trial, "requests").value_or(0), classes.empty() ? "" : ": ",
                     fmt::join(classes, ", "));
}

/// Never by chance, unlike the other classes: not one is allowed.
double wrong_answers(const TrialRecord& trial) {
  return error_count(trial, "check") + error_count(trial, "protocol");
}

/// Requests whose connection the server closed without an answer, by those that it answered. The generator
/// sends them again, as every client does when a server closes a connection that has been idle; in a closed
/// loop none ever is.
double dropped_percent(const TrialRecord& trial) {
  const double dropped = number_at(trial.load_result, "closed_by_server_idle").value_or(0);
  const double requests = metric_of(trial, "requests").value_or(0);
  return requests > 0 ? 100 * dropped / requests : 0;
}

/// Whether the load goes by time: then some requests may fail, and the service has work beside what is
/// counted.
bool by_time(const suite::Cell& cell) {
  return cell.window.has_value() || !cell.phases.empty();
}

/// Whether requests without an answer are a result of the trial, and no fault of it: what a spike sheds, and
/// what wrk's statistics are about.
bool errors_are_findings(const suite::Cell& cell) {
  return !cell.phases.empty() || cell.statistics == suite::Statistics::wrk;
}

/// The share of requests without a good answer that voids a trial.
double errors_allowed(const suite::Cell& cell, const suite::Gates& gates) {
  constexpr double kAnyAnswer = 99.99;
  if (errors_are_findings(cell)) return kAnyAnswer;
  return cell.window ? gates.errors_percent : 0;
}

/// Calls that the service counted less those that the answers claim, where that cannot be. Under a load that
/// goes by time it may count more: those of the traffic before the window.
double unproven_calls(const TrialRecord& trial, const suite::Cell& cell) {
  const auto counted = metric_of(trial, "upstream_calls");
  const auto claimed = metric_of(trial, "upstream_calls_claimed");
  if (!counted || !claimed) return 0;
  return by_time(cell) ? std::min(*counted - *claimed, 0.0) : *counted - *claimed;
}

void look_at_verification(const TrialRecord& trial, const suite::Cell& cell, const suite::Gates& gates,
                          GateList& list) {
  list.at_most("verification", "errors_percent", errors_percent(trial), errors_allowed(cell, gates),
               [&] { return success_failure(trial); });
  if (const double dropped = dropped_percent(trial); cell.window && !cell.rate && !errors_are_findings(cell))
    list.at_most("verification", "dropped_percent", dropped, gates.errors_percent, [&] {
      return fmt::format("for {:.2g} % of the requests the server closed the connection without an answer",
                         dropped);
    });
  if (const double wrong = wrong_answers(trial);
      by_time(cell))  // those of fixed work are errors that fail above
    list.at_most("verification", "wrong_answers", wrong, 0,
                 [&] { return fmt::format("{:.0f} answers were wrong or no legal HTTP", wrong); });
  // Connections fail under load; a server that says 503 has answered, and not with what was asked for.
  if (cell.statistics == suite::Statistics::wrk)
    list.at_most("verification", "refused_status", error_count(trial, "status"), 0, [&] {
      return fmt::format("{:.0f} answers were of another status than 2xx or 3xx",
                         error_count(trial, "status"));
    });
  const double offered = static_cast<double>(cell.connections) * cell.requests_per_connection;
  if (const auto requests = metric_of(trial, "requests"); requests && !by_time(cell))
    list.at_most("verification", "requests_unsent", std::max(offered - *requests, 0.0), 0,
                 [&] { return fmt::format("{} requests were sent of the {} planned", *requests, offered); });
  if (const auto claimed = metric_of(trial, "upstream_calls_claimed"))
    if (const auto counted = metric_of(trial, "upstream_calls"))
      list.at_most("verification", "unproven_calls", std::abs(unproven_calls(trial, cell)), 0, [&] {
        return fmt::format("the upstream counted {} calls, the answers claim {}", *counted, *claimed);
      });
  look_at_rows(trial, cell, list);
}

/// "python serve.py (process 4711), nginx: worker process (process 4712)".
std::string named_processes(const TrialRecord& trial, const nlohmann::json& ids) {
  const auto* commands = member(trial.observed, "changed");
  std::vector<std::string> names;
  for (const auto& id : ids) {
    const auto command = commands == nullptr ? std::nullopt : text_at(*commands, id.dump());
    names.push_back(command ? fmt::format("{} (process {})", *command, id.dump())
                            : fmt::format("process {}", id.dump()));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

void look_at_processes(const TrialRecord& trial, GateList& list) {
  for (const std::string what : {"ended", "appeared"}) {
    const auto* processes = member(trial.observed, what);
    if (processes == nullptr || !processes->is_array()) continue;
    list.at_most("server", "processes_" + what, static_cast<double>(processes->size()), 0, [&] {
      return fmt::format("{} {} {} during the trial: {}", processes->size(),
                         processes->size() == 1 ? "process" : "processes", what,
                         named_processes(trial, *processes));
    });
  }
}

/// Whether a limit of its container decided the trial.
void look_at_container(const TrialRecord& trial, const suite::Gates& gates, GateList& list) {
  const auto* container = member(trial.observed, "container");
  if (container == nullptr) return;
  if (const auto throttled = number_at(*container, "throttled_percent"))
    list.at_most("server", "container_throttled_percent", *throttled, gates.throttled_percent, [&] {
      return fmt::format("its CPU limit held the container back for {:.3g} % of the time (at most {:g} %)",
                         *throttled, gates.throttled_percent);
    });
  if (const auto killed = number_at(*container, "oom_kills"))
    list.at_most("server", "container_oom_kills", *killed, 0, [&] {
      return fmt::format(
          "its memory limit was reached: the kernel killed {:.0f} of the container's processes", *killed);
    });
}

/// The portrait is of the first block of a replicate.
void look_at_fairness(const TrialRecord& trial, GateList& list) {
  const auto* portrait = member(trial.observed, "portrait");
  if (portrait == nullptr) return;
  const auto seen = number_at(*portrait, "processes"), claimed = number_at(*portrait, "processes_claimed");
  if (seen && claimed)
    list.equal("fairness", "processes", *seen, *claimed, [&] {
      return fmt::format("the server runs {} processes, contender.yaml claims {}", *seen, *claimed);
    });
}

}  // namespace

std::vector<suite::GateFigure> gate_figures(const TrialRecord& trial, const suite::Cell& cell,
                                            const suite::Gates& gates) {
  GateList list;
  look_at_verification(trial, cell, gates, list);
  look_at_generator(trial, cell, gates, list);
  look_at_environment(trial, cell, gates, list);
  look_at_processes(trial, list);
  look_at_container(trial, gates, list);
  look_at_fairness(trial, list);
  return list.take();
}

std::vector<std::string> failures(const std::vector<suite::GateFigure>& figures) {
  std::vector<std::string> reasons;
  for (const auto& figure : figures)
    if (!figure.passed) reasons.push_back(fmt::format("{}: {}", figure.gate, figure.reason));
  return reasons;
}

bool wants_much(std::string_view figure) {
  constexpr std::array kAtLeast{"ceiling_ratio", "carried_percent", "open_files"};
  return std::ranges::find(kAtLeast, figure) != kAtLeast.end();
}

bool target_lied(const TrialRecord& trial, const suite::Cell& cell) {
  if (interrupted(trial)) return false;
  if (rows_are_missing(trial)) return true;
  const bool answered_well = metric_of(trial, "success_rate").value_or(0) >= 1;
  if ((answered_well || by_time(cell)) && unproven_calls(trial, cell) != 0) return true;
  return wrong_answers(trial) > 0;
}

}  // namespace shootout::judge
