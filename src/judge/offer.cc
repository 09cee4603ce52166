#include "judge/offer.h"

#include <algorithm>
#include <charconv>

namespace shootout::judge {
namespace {

template <class Number>
std::optional<Number> number(const std::string& text, const suite::Values& values) {
  const auto filled = suite::fill(text, values);
  if (!filled) return std::nullopt;
  Number value{};
  const char* end = filled->data() + filled->size();
  const auto [stopped, error] = std::from_chars(filled->data(), end, value);
  if (error != std::errc() || stopped != end || value <= 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Offer> offer_of(const suite::Load& load, const suite::Scenario& scenario) {
  const auto cell = load.cells.find(scenario.name);
  if (cell == load.cells.end()) return std::nullopt;
  const auto connections = number<int>(load.connections, cell->second);
  const auto requests = number<int>(load.requests_per_connection, cell->second);
  const auto calls = number<int>(scenario.request.upstream_calls, cell->second);
  const auto delay = number<double>("{delay}", cell->second);
  if (!connections || !requests || !calls || !delay) return std::nullopt;
  return Offer{*connections, *requests, *calls, *delay};
}

std::optional<int> connections_of(const suite::Load& load, const std::string& scenario) {
  const auto cell = load.cells.find(scenario);
  if (cell == load.cells.end()) return std::nullopt;
  if (load.phases.empty()) return number<int>(load.connections, cell->second);
  return static_cast<int>(std::ranges::max(load.phases, {}, &suite::Phase::connections).connections);
}

}  // namespace shootout::judge
