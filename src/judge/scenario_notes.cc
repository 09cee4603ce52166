#include "judge/scenario_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "judge/recorded.h"

namespace shootout::judge {
namespace {

/// What the run recorded of the contender's scenario; null where nothing.
const nlohmann::json* recorded_note(const Evidence& evidence, const std::string& contender,
                                    const std::string& scenario) {
  const auto* scenarios = member(evidence.about(contender), "scenarios");
  return scenarios ? member(*scenarios, scenario) : nullptr;
}

std::string with_source(std::string text, const nlohmann::json& note) {
  const auto source = text_at(note, "source").value_or("");
  return text.empty() || source.empty() ? text : fmt::format("{} ({})", text, source);
}

}  // namespace

std::string unsupported_in(const Evidence& evidence, const std::string& contender,
                           const std::string& scenario) {
  const auto* note = recorded_note(evidence, contender, scenario);
  return note ? with_source(text_at(*note, "unsupported").value_or(""), *note) : std::string();
}

std::string note_on(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                    const std::string& contender) {
  std::string server;
  for (const auto& trial : evidence.run.trials)
    if (trial.load == load.name && trial.scenario == scenario.name && trial.contender == contender)
      if (const auto told = text_at(trial.observed, "served_by")) server = *told;
  const auto* note = recorded_note(evidence, contender, scenario.name);
  if (note && server.empty()) server = text_at(*note, "served_by").value_or("");
  std::string text = server.empty() || server == contender ? "" : "served by " + evidence.title(server);
  const std::string says = note ? with_source(text_at(*note, "says").value_or(""), *note) : "";
  return text.empty() || says.empty() ? text + says : text + "; " + says;
}

std::vector<std::string> without_support(const Evidence& evidence) {
  std::vector<std::string> names;
  const auto* planned = member(evidence.run.plan, "contenders");
  if (planned == nullptr || !planned->is_array()) return names;
  for (const auto& one : *planned) {
    if (!one.is_string()) continue;
    const auto name = one.get<std::string>();
    const bool cannot = std::ranges::any_of(evidence.suite.scenarios, [&](const auto& scenario) {
      return !unsupported_in(evidence, name, scenario.name).empty();
    });
    if (cannot && std::ranges::find(evidence.contenders(), name) == evidence.contenders().end())
      names.push_back(name);
  }
  return names;
}

}  // namespace shootout::judge
