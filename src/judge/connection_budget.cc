#include "judge/connection_budget.h"

#include <charconv>

#include "judge/recorded.h"

namespace shootout::judge {
namespace {

/// A parameter that is a whole number; they are recorded as texts.
std::optional<int> parameter(const nlohmann::json& about, const std::string& name) {
  const auto* parameters = member(about, "parameters");
  if (parameters == nullptr) return std::nullopt;
  if (const auto number = count_at(*parameters, name)) return number;
  const auto text = text_at(*parameters, name);
  if (!text) return std::nullopt;
  int value = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, value);
  return error == std::errc() && stopped == end ? std::optional(value) : std::nullopt;
}

}  // namespace

ConnectionBudget connection_budget(const Evidence& evidence) {
  ConnectionBudget budget;
  if (!evidence.run.contenders.is_object()) return budget;
  for (const auto& [name, about] : evidence.run.contenders.items()) {
    const auto pool = parameter(about, "pool");
    auto workers = count_at(about, "workers");
    if (!workers) workers = parameter(about, "workers");
    if (!pool || !workers) continue;
    budget.together += *workers * *pool;
    budget.by_contender[name] = *workers * *pool;
  }
  for (const auto& service : evidence.suite.services)
    if (const auto allowed = parameter(evidence.about(evidence.provider_of(service)), "max_connections"))
      budget.allowed = allowed;
  return budget;
}

}  // namespace shootout::judge
