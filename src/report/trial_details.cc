#include "report/trial_details.h"

namespace shootout::report {
namespace {

const nlohmann::json& recorded(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

std::map<std::string, double> occurred(const nlohmann::json& counts) {
  std::map<std::string, double> classes;
  if (!counts.is_object()) return classes;
  for (const auto& [name, count] : counts.items())
    if (count.is_number() && count.get<double>() > 0) classes[name] = count.get<double>();
  return classes;
}

}  // namespace

std::map<std::string, double> errors_by_class(const suite::TrialRecord& trial) {
  auto classes = occurred(recorded(trial.load_result, "errors"));
  if (const auto& unanswered = recorded(trial.load_result, "unanswered");
      unanswered.is_number() && unanswered.get<double>() > 0)
    classes["unanswered"] = unanswered.get<double>();
  return classes;
}

std::map<std::string, double> errors_before_window(const suite::TrialRecord& trial) {
  return occurred(recorded(trial.load_result, "errors_before"));
}

std::string served_by(const suite::TrialRecord& trial) {
  const auto& server = recorded(trial.observed, "served_by");
  return server.is_string() ? server.get<std::string>() : std::string();
}

const nlohmann::json& phases_of(const suite::TrialRecord& trial) {
  return recorded(trial.observed, "phases");
}

}  // namespace shootout::report
