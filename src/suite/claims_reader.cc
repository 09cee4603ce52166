#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

constexpr double kLargestFigure = 1e15;

// What a figure is called in a suite, and what it needs to be told apart.
struct Figure {
  Claim::Kind kind;
  std::string_view name;
  bool load, scenario, contender;
  bool bounds;  // a claim about it needs `low` or `high`
};

using Kind = Claim::Kind;
constexpr std::array kFigures{
    Figure{Kind::speedup, "speedup", true, true, false, true},
    Figure{Kind::average_speedup, "average_speedup", true, false, false, true},
    Figure{Kind::maximum_speedup, "maximum_speedup", true, false, false, true},
    Figure{Kind::upstream_peak, "upstream_peak", true, false, true, true},
    Figure{Kind::rises, "rises", true, false, false, false},
    Figure{Kind::cpu_ratio, "cpu_ratio", true, false, true, true},
    Figure{Kind::cpu_idle, "cpu_idle", false, false, true, true},
    Figure{Kind::cpu_load, "cpu_load", false, false, true, true},
    Figure{Kind::memory, "memory", false, false, true, true},
    Figure{Kind::success, "success", false, false, false, false},
};

// Stands for a kind that is missing or misspelt: one problem is enough, nothing more is asked of it.
constexpr Figure kUnknown{Kind::speedup, "", false, false, false, false};

const Figure& read_figure(YamlMap& map) {
  const auto kind = map.require("kind");
  std::vector<std::string> names;
  for (const auto& figure : kFigures) names.emplace_back(figure.name);
  const std::string name = kind.text();
  if (!name.empty()) check_known(kind, "kind", name, names);
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? kUnknown : kFigures[static_cast<size_t>(found - names.begin())];
}

// A contender that resources are told of: those that can be selected, and the services.
std::vector<std::string> told_of(const Suite& suite) {
  auto names = selectable(suite);
  for (const auto& service : suite.services) {
    names.push_back(service.name);
    for (const auto& [make, folder] : service.makes) names.push_back(folder);
  }
  return names;
}

std::string read_name(YamlMap& map, const std::string& key, bool needed,
                      const std::vector<std::string>& names) {
  const auto value = needed ? map.require(key) : map.get(key);
  const std::string name = value.text();
  if (!name.empty()) check_known(value, key, name, names);
  return name;
}

std::optional<double> read_bound(YamlMap& map, const std::string& key) {
  const auto value = map.get(key);
  if (!value.present()) return std::nullopt;
  return value.number(-kLargestFigure, kLargestFigure, 0);
}

// The keys that say which figure is meant: of a claim's `test` and of an advice's `when`.
template <class Rule>
const Figure& read_which(YamlMap& map, const Suite& suite, Rule& rule) {
  const Figure& figure = read_figure(map);
  rule.kind = figure.kind;
  rule.load = read_name(map, "load", figure.load, names_of(suite.loads));
  rule.scenario = read_name(map, "scenario", figure.scenario, names_of(suite.scenarios));
  rule.contender = read_name(map, "contender", figure.contender, told_of(suite));
  return figure;
}

void check_bounds(const YamlMap& map, const Figure& figure, const std::string& low_key,
                  std::optional<double> low, const std::string& high_key, std::optional<double> high) {
  if (figure.bounds && !low && !high) map.complain(fmt::format("'{}' or '{}' is needed", low_key, high_key));
  if (low && high && *low > *high) {
    map.complain(fmt::format("'{}' ({}) lies above '{}' ({})", low_key, *low, high_key, *high));
  }
}

}  // namespace

std::vector<Claim> read_claims(const YamlValue& value, const Suite& suite) {
  std::vector<Claim> claims;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    Claim claim;
    claim.says = map.require("says").text();
    claim.source = map.get("source").text();
    const auto place = map.require("test");
    YamlMap test = place.map();
    if (place.is_map()) {
      const Figure& figure = read_which(test, suite, claim);
      claim.low = read_bound(test, "low");
      claim.high = read_bound(test, "high");
      check_bounds(test, figure, "low", claim.low, "high", claim.high);
      const auto contenders = test.get("contenders");
      claim.contenders = contenders.texts();
      for (const auto& name : claim.contenders) check_known(contenders, "contender", name, selectable(suite));
    }
    test.no_other_keys();
    map.no_other_keys();
    claims.push_back(std::move(claim));
  }
  return claims;
}

std::vector<Advice> read_advice(const YamlValue& value, const Suite& suite) {
  std::vector<Advice> all;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    Advice advice;
    advice.group = map.require("group").text();
    advice.says = map.require("says").text();
    const auto place = map.require("when");
    YamlMap when = place.map();
    if (place.is_map()) {
      const Figure& figure = read_which(when, suite, advice);
      advice.at_least = read_bound(when, "at_least");
      advice.below = read_bound(when, "below");
      check_bounds(when, figure, "at_least", advice.at_least, "below", advice.below);
    }
    when.no_other_keys();
    map.no_other_keys();
    all.push_back(std::move(advice));
  }
  return all;
}

}  // namespace shootout::suite
