#include "judge/error_figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "judge/offer.h"
#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using Trials = std::vector<const suite::TrialRecord*>;
using Counts = std::map<std::string, double>;

/// A lost connection is tried again by the client's kernel after a second (RFC 6298, section 2), then later
/// and later; without a loss loopback connects at once.
constexpr double kFirstRetry_s = 1;

void add_classes(const suite::TrialRecord& trial, const char* where, Counts& counts) {
  const auto* errors = member(trial.load_result, where);
  if (errors == nullptr || !errors->is_object()) return;
  for (const auto& [name, count] : errors->items())
    if (count.is_number() && count.get<double>() > 0) counts[name] += count.get<double>();
}

/// What the first of each class was, in the engine's words.
void add_examples(const suite::TrialRecord& trial, std::map<std::string, std::string>& examples) {
  const auto* offences = member(trial.load_result, "offences");
  if (offences == nullptr || !offences->is_array()) return;
  for (const auto& offence : *offences) {
    const auto error = text_at(offence, "error"), what = text_at(offence, "what");
    if (error && what) examples.try_emplace(*error, *what);
  }
}

double sum_of(const Trials& trials, const std::string& metric) {
  double sum = 0;
  for (const auto* trial : trials) sum += metric_of(*trial, metric).value_or(0);
  return sum;
}

double most_of(const Trials& trials, const std::string& metric) {
  double most = 0;
  for (const auto* trial : trials) most = std::max(most, metric_of(*trial, metric).value_or(0));
  return most;
}

/// "of 128 (net.core.somaxconn is 128)": what bounds the queue.
std::string queue_of(const Evidence& evidence, const Trials& trials) {
  const double backlog = most_of(trials, "listen_backlog");
  const auto longest = number_at(evidence.run.machine, "somaxconn");
  std::string text = backlog > 0 ? fmt::format(" of {:.0f}", backlog) : "";
  if (!longest) return text;
  return text + (backlog > 0 && backlog < *longest
                     ? fmt::format(" (what listen(2) got; net.core.somaxconn would allow {:.0f})", *longest)
                     : fmt::format(" (net.core.somaxconn, which caps it, is {:.0f})", *longest));
}

/// What a lost connection leads to.
struct Effects {
  std::string words;  ///< "12 reset, 30 timeout"
  double requests = 0;
};

Effects effects_of(const ErrorFigures& errors) {
  constexpr std::array kOfConnections{"connect", "reset", "closed", "read", "write", "timeout"};
  Effects effects;
  std::vector<std::string> parts;
  for (const auto* name : kOfConnections) {
    double count = 0;
    for (const auto* counts : {&errors.by_class, &errors.before_window})
      if (const auto found = counts->find(name); found != counts->end()) count += found->second;
    if (count > 0) parts.push_back(fmt::format("{:.0f} {}", count, name));
    effects.requests += count;
  }
  effects.words = fmt::format("{}", fmt::join(parts, ", "));
  return effects;
}

std::string overflow_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                        const Trials& trials, const ErrorFigures& errors) {
  const double overflows = sum_of(trials, "listen_overflows");
  if (overflows <= 0) return {};
  const auto hit = std::ranges::count_if(
      trials, [](const auto* trial) { return metric_of(*trial, "listen_overflows").value_or(0) > 0; });
  std::string text =
      fmt::format("its listen queue{} overflowed: the kernel dropped {:.0f} connections in {} of {} trials",
                  queue_of(evidence, trials), overflows, hit, trials.size());
  std::vector<std::string> causes;
  // Each request that is lost this way has been dropped once at least.
  if (const auto effects = effects_of(errors); effects.requests > overflows)
    causes.push_back(fmt::format("at most {:.0f} of the {}", overflows, effects.words));
  else if (effects.requests > 0)
    causes.push_back(effects.words);
  if (const double never = sum_of(trials, "connections_never_opened"); never > 0)
    causes.push_back(fmt::format("{:.0f} connections that were never made", never));
  const double pace = load.offering.opened_per_second;
  const double planned_s = pace > 0 ? connections_of(load, scenario.name).value_or(0) / pace : 0;
  if (const double open_s = most_of(trials, "open_s"); open_s >= planned_s + kFirstRetry_s)
    causes.push_back(fmt::format("connections that took up to {:.1f} s to open", open_s));
  if (causes.empty()) return text + "; those that were tried again were taken, and no request was lost";
  return fmt::format("{}. That is the cause of {}", text, fmt::join(causes, ", and of "));
}

}  // namespace

ErrorFigures errors_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                       const std::string& contender) {
  const auto trials = evidence.trials(load.name, scenario.name, contender);
  ErrorFigures errors;
  for (const auto* trial : trials) {
    add_classes(*trial, "errors", errors.by_class);
    add_classes(*trial, "errors_before", errors.before_window);
    add_examples(*trial, errors.examples);
    if (const auto unanswered = number_at(trial->load_result, "unanswered"); unanswered && *unanswered > 0)
      errors.by_class["unanswered"] += *unanswered;
  }
  errors.overflow = overflow_of(evidence, load, scenario, trials, errors);
  return errors;
}

}  // namespace shootout::judge
