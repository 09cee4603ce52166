#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "report/metrics.h"
#include "report/report.h"
#include "report/trial_details.h"

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

/// "status 12; timeout 3".
std::string classes_in_words(const suite::TrialRecord& trial) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : errors_by_class(trial)) parts.push_back(fmt::format("{} {}", name, count));
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// "10 connections 812; 500 connections 40211", in their order; a phase without the figure is left out.
std::string p99_of_phases(const suite::TrialRecord& trial) {
  std::vector<std::string> parts;
  const auto& phases = phases_of(trial);
  if (!phases.is_array()) return {};
  for (const auto& phase : phases)
    if (phase.is_object() && phase.contains("p99_us") && phase["p99_us"].is_number())
      parts.push_back(fmt::format("{} {}", phase.value("name", "?"), phase["p99_us"].get<double>()));
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

std::string csv(const suite::RunRecord& run) {
  std::string text =
      "run,suite,profile,seed,trial,attempt,contender,scenario,load,replicate,block,position,started_at,"
      "valid,"
      "reasons";
  for (const auto metric : kMetrics) text += fmt::format(",{}", metric);
  text += ",served_by,error_classes,phase_p99_us\r\n";
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
    text += fmt::format(",{},{},{}\r\n", field(served_by(trial)), field(classes_in_words(trial)),
                        field(p99_of_phases(trial)));
  }
  return text;
}

}  // namespace shootout::report
