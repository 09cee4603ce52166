#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "suite/suite_parts.h"
#include "suite/told_metrics.h"

namespace shootout::suite {
namespace {

constexpr double kLargestFigure = 1e15;
constexpr int kMostCores = 4096;

enum class Need { none, may, must };

// What a figure is called in a suite, and what it needs to be told apart.
struct Figure {
  Criterion::Kind kind;
  std::string_view name;
  Need load = Need::may, scenario = Need::may, contender = Need::may, metric = Need::none;
  bool bounds = true;  // it needs one
};

using Kind = Criterion::Kind;
using enum Need;
constexpr std::array kFigures{
    Figure{.kind = Kind::speedup, .name = "speedup", .load = must, .scenario = must},
    Figure{.kind = Kind::average_speedup, .name = "average_speedup", .load = must},
    Figure{.kind = Kind::maximum_speedup, .name = "maximum_speedup", .load = must},
    Figure{.kind = Kind::upstream_peak, .name = "upstream_peak", .load = must, .contender = must},
    Figure{.kind = Kind::rises, .name = "rises", .load = must, .bounds = false},
    Figure{.kind = Kind::cpu_ratio, .name = "cpu_ratio", .load = must, .contender = must},
    Figure{.kind = Kind::cpu_idle, .name = "cpu_idle", .contender = must},
    Figure{.kind = Kind::cpu_load, .name = "cpu_load", .contender = must},
    Figure{.kind = Kind::memory, .name = "memory", .contender = must},
    Figure{.kind = Kind::success, .name = "success", .bounds = false},
    Figure{.kind = Kind::ratio, .name = "ratio", .load = must, .contender = must, .metric = may},
    Figure{.kind = Kind::change, .name = "change", .load = must, .contender = must, .metric = may},
    Figure{.kind = Kind::metric, .name = "metric", .load = must, .contender = must, .metric = must},
    Figure{.kind = Kind::total, .name = "total", .load = must, .contender = must, .metric = must},
    Figure{.kind = Kind::error_share, .name = "error_share", .load = must, .contender = must},
};

// Stands for a kind that is missing or misspelt: one problem is enough, nothing more is asked of it.
constexpr Figure kUnknown{.kind = Kind::speedup, .name = "", .metric = may, .bounds = false};

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

// One name, or a list of them.
std::vector<std::string> read_some(YamlMap& map, const std::string& key, Need need, const std::string& what,
                                   const std::vector<std::string>& known) {
  const auto value = need == must ? map.require(key) : map.get(key);
  if (!value.present()) return {};
  auto names = value.is_list() ? value.texts() : std::vector{value.text()};
  std::erase(names, "");
  if (names.empty() && value.is_list()) value.complain("the list is empty");
  for (const auto& name : names) check_known(value, what, name, known);
  return names;
}

std::string read_one(YamlMap& map, const std::string& key, Need need, const std::string& what,
                     const std::vector<std::string>& known) {
  const auto value = need == must ? map.require(key) : map.get(key);
  const std::string name = value.text();
  if (!name.empty()) check_known(value, what, name, known);
  return name;
}

// Of the metrics those that the kind can do something with.
std::vector<std::string> metrics_for(Kind kind) {
  std::vector<std::string> names;
  for (const auto& metric : kToldMetrics) {
    const bool of_two = kind == Kind::ratio || kind == Kind::change;
    const bool adds_up = metric.unit.empty() && !metric.compared;
    if (of_two ? metric.compared : kind != Kind::total || adds_up) names.emplace_back(metric.name);
  }
  return names;
}

bool is_share(const Criterion& criterion) {
  const auto* metric = told_metric(criterion.metric);
  return criterion.kind == Kind::error_share || (metric != nullptr && metric->is_share);
}

std::optional<double> read_bound(YamlMap& map, const std::string& key, const Criterion& criterion) {
  const auto value = map.get(key);
  if (!value.present()) return std::nullopt;
  return is_share(criterion) ? value.share(0, 1, 0) : value.number(-kLargestFigure, kLargestFigure, 0);
}

void read_bounds(YamlMap& map, const Figure& figure, const BoundKeys& keys, Criterion& criterion) {
  criterion.low = read_bound(map, keys.low, criterion);
  criterion.high = read_bound(map, keys.high, criterion);
  criterion.below = keys.high_is_outside;
  if (figure.bounds && !criterion.low && !criterion.high)
    map.complain(fmt::format("'{}' or '{}' is needed", keys.low, keys.high));
  if (criterion.low && criterion.high && *criterion.low > *criterion.high)
    map.complain(
        fmt::format("'{}' ({}) lies above '{}' ({})", keys.low, *criterion.low, keys.high, *criterion.high));
}

}  // namespace

Criterion read_criterion(YamlMap& map, const Suite& suite, const BoundKeys& keys, const std::string& about) {
  Criterion criterion;
  const Figure& figure = read_figure(map);
  const auto loads = names_of(suite.loads);
  criterion.kind = figure.kind;
  criterion.loads = read_some(map, "load", figure.load, "load", loads);
  criterion.scenario = read_one(map, "scenario", figure.scenario, "scenario", names_of(suite.scenarios));
  const Need contender = about.empty() ? figure.contender : may;
  criterion.contenders = read_some(map, "contender", contender, "contender", told_of(suite));
  if (criterion.contenders.empty() && !about.empty() && figure.contender == must)
    criterion.contenders = {about};
  if (figure.metric != none)
    criterion.metric = read_one(map, "metric", figure.metric, "metric", metrics_for(figure.kind));
  if (figure.kind == Kind::ratio)
    criterion.against = read_some(map, "against", must, "contender", selectable(suite));
  if (figure.kind == Kind::change) criterion.from = read_one(map, "from", must, "load", loads);
  if (figure.name.empty())
    for (const char* of_others : {"against", "from"}) static_cast<void>(map.get(of_others));
  criterion.cores = map.get("cores").integer(0, kMostCores, 0);
  read_bounds(map, figure, keys, criterion);
  return criterion;
}

}  // namespace shootout::suite
