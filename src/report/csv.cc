#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/metrics.h"
#include "report/report.h"

namespace shootout::report {
namespace {

/// A field as RFC 4180 has it: quoted where it holds a comma, a quote or a line break.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string csv(const suite::RunRecord& run) {
  std::string text =
      "run,suite,profile,seed,trial,attempt,contender,scenario,load,replicate,block,position,started_at,"
      "valid,"
      "reasons";
  for (const auto metric : kMetrics) text += fmt::format(",{}", metric);
  text += "\r\n";
  for (const auto& trial : run.trials) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", field(run.id), field(run.suite),
                        field(run.profile), run.seed, trial.number, trial.attempt, field(trial.contender),
                        field(trial.scenario), field(trial.load), trial.replicate, trial.block,
                        trial.position, field(trial.started_at), trial.valid,
                        field(fmt::format("{}", fmt::join(trial.reasons, "; "))));
    for (const auto name : kMetrics) {
      const auto value = metric_of(trial, name);
      text += value ? fmt::format(",{}", *value) : ",";
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace shootout::report
