// Members of what was recorded as JSON, where they are there and of the right type.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace shootout::judge {

[[nodiscard]] inline const nlohmann::json* member(const nlohmann::json& json, const std::string& name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() ? nullptr : &*found;
}

[[nodiscard]] inline std::optional<std::string> text_at(const nlohmann::json& json, const std::string& name) {
  const auto* found = member(json, name);
  return found && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

[[nodiscard]] inline std::optional<double> number_at(const nlohmann::json& json, const std::string& name) {
  const auto* found = member(json, name);
  return found && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

[[nodiscard]] inline std::optional<int> count_at(const nlohmann::json& json, const std::string& name) {
  const auto* found = member(json, name);
  return found && found->is_number_integer() ? std::optional(found->get<int>()) : std::nullopt;
}

}  // namespace shootout::judge
