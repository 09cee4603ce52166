#include "judge/live_portrait.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using nlohmann::json;

std::string range_of(const std::vector<const json*>& objects, const std::string& name) {
  std::vector<double> values;
  for (const auto* object : objects)
    if (const auto value = number_at(*object, name)) values.push_back(*value);
  if (values.empty()) return {};
  const auto [low, high] = std::ranges::minmax(values);
  return low == high ? fmt::format("{:.0f}", low) : fmt::format("{:.0f} to {:.0f}", low, high);
}

/// What any of the objects lists.
std::set<std::string> texts_in(const std::vector<const json*>& objects, const std::string& name) {
  std::set<std::string> texts;
  for (const auto* object : objects)
    if (const auto* list = member(*object, name); list != nullptr && list->is_array())
      for (const auto& one : *list)
        if (one.is_string()) texts.insert(one.get<std::string>());
  return texts;
}

bool any_has(const std::vector<const json*>& objects, const std::string& name) {
  return std::ranges::any_of(objects, [&](const auto* one) { return member(*one, name) != nullptr; });
}

}  // namespace

LivePortrait::LivePortrait(const Evidence& evidence, const std::string& contender) {
  for (const auto& trial : evidence.run.trials) {
    if (trial.contender != contender) continue;
    const auto* portrait = member(trial.observed, "portrait");
    if (portrait == nullptr || !portrait->is_object()) continue;
    portraits_.push_back(portrait);
    if (const auto* answer = member(*portrait, "answer"); answer != nullptr && answer->is_object())
      answers_.push_back(answer);
  }
}

std::string LivePortrait::number(const std::string& name) const {
  return range_of(portraits_, name);
}

std::string LivePortrait::answer_number(const std::string& name) const {
  return range_of(answers_, name);
}

std::string LivePortrait::answer_header(const std::string& name, const std::string& without) const {
  for (const auto* answer : answers_)
    if (const auto text = text_at(*answer, name); text && !text->empty()) return *text;
  return answers_.empty() ? std::string() : without;
}

std::string LivePortrait::has_date() const {
  if (answers_.empty()) return {};
  const bool has = std::ranges::any_of(answers_, [](const json* answer) {
    const json* date = member(*answer, "date");
    return date != nullptr && (date->is_string() ? !date->get_ref<const std::string&>().empty()
                                                 : date->is_boolean() && date->get<bool>());
  });
  return has ? "yes" : "no";
}

std::string LivePortrait::libraries(const std::vector<std::string>& names, const std::string& without) const {
  if (!any_has(portraits_, "libraries")) return {};
  const auto loaded = texts_in(portraits_, "libraries");
  std::vector<std::string> found;
  for (const auto& name : names)
    if (loaded.contains(name)) found.push_back(name);
  return found.empty() ? without : fmt::format("{}", fmt::join(found, ", "));
}

std::string LivePortrait::other_libraries(const std::vector<std::string>& names) const {
  auto loaded = texts_in(portraits_, "libraries");
  for (const auto& name : names) loaded.erase(name);
  return fmt::format("{}", fmt::join(loaded, ", "));
}

std::string LivePortrait::access_log() const {
  constexpr double kBytesOfALine = 1;  // an error now and then is no access log
  bool known = false, on = false;
  for (const auto* portrait : portraits_)
    if (const auto bytes = number_at(*portrait, "log_bytes_per_request")) {
      known = true;
      on = on || *bytes > kBytesOfALine;
    }
  return !known ? "" : on ? "on" : "off";
}

std::string LivePortrait::cpus() const {
  for (const auto* portrait : portraits_) {
    const auto* cpus = member(*portrait, "cpus");
    if (cpus == nullptr || !cpus->is_array() || cpus->empty()) continue;
    std::vector<std::string> numbers;
    for (const auto& cpu : *cpus) numbers.push_back(cpu.dump());
    return fmt::format("{}", fmt::join(numbers, ","));
  }
  return {};
}

}  // namespace shootout::judge
