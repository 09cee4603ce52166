#include "report/trial_details.h"

namespace shootout::report {
namespace {

const nlohmann::json& recorded(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

}  // namespace

std::map<std::string, double> errors_by_class(const suite::TrialRecord& trial) {
  std::map<std::string, double> classes;
  const auto add = [&](const std::string& name, const nlohmann::json& count) {
    if (count.is_number() && count.get<double>() > 0) classes[name] = count.get<double>();
  };
  if (const auto& errors = recorded(trial.load_result, "errors"); errors.is_object())
    for (const auto& [name, count] : errors.items()) add(name, count);
  add("unanswered", recorded(trial.load_result, "unanswered"));
  return classes;
}

std::string served_by(const suite::TrialRecord& trial) {
  const auto& server = recorded(trial.observed, "served_by");
  return server.is_string() ? server.get<std::string>() : std::string();
}

const nlohmann::json& phases_of(const suite::TrialRecord& trial) {
  return recorded(trial.observed, "phases");
}

}  // namespace shootout::report
