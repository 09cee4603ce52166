#include <fmt/format.h>

#include <algorithm>

#include "suite/limits.h"
#include "suite/names.h"
#include "suite/placeholders.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

constexpr double kHighestRatio = 1e6;
constexpr double kLongestTimeout_s = 86400;

using Cells = std::map<std::string, std::map<std::string, std::string>>;

std::map<std::string, std::string> read_cell(const YamlValue& value) {
  std::map<std::string, std::string> parameters;
  const YamlMap map = value.map();
  for (const auto& [name, parameter] : map.entries()) {
    if (!is_name(name)) parameter.complain(kNameRule);
    if (name == "health") parameter.complain("this name is the contender's health path; choose another");
    parameters.emplace(name, parameter.text());
  }
  return parameters;
}

// Whether a count is a whole number in range in every cell.
void check_count(const YamlValue& place, const std::string& text, int most, const Cells& cells) {
  for (const auto& [scenario, parameters] : cells) {
    const auto number = filled_number(text, parameters, 1, most);
    if (!number) place.complain(fmt::format("scenario '{}': {}", scenario, number.error().what));
  }
}

Load read_load(const std::string& name, const YamlValue& value, const Suite& suite) {
  YamlMap map = value.map();
  Load load;
  load.name = name;
  load.title = map.get("title").text(name);
  load.question = map.get("question").text();
  const auto connections = map.require("connections");
  load.connections = connections.text("1");
  const auto requests = map.get("requests_per_connection");
  load.requests_per_connection = requests.text(load.requests_per_connection);
  load.timeout_s = map.get("timeout").number(0.001, kLongestTimeout_s, load.timeout_s);

  const std::vector<std::string> countable{"client requests", "upstream calls"};
  const auto counts = map.get("counts");
  load.counts = counts.text(countable[0]);
  check_known(counts, "way to count", load.counts, countable);

  const auto cells = map.require("cells");
  const YamlMap by_scenario = cells.map();
  for (const auto& [scenario, cell] : by_scenario.entries()) {
    check_known(cell, "scenario", scenario, names_of(suite.scenarios));
    load.cells.emplace(scenario, read_cell(cell));
  }
  if (cells.is_map() && load.cells.empty()) cells.complain("at least one scenario is needed");
  if (connections.present()) check_count(connections, load.connections, kMostConnections, load.cells);
  check_count(requests, load.requests_per_connection, kMostRequests, load.cells);

  load.words = read_thresholds(map.get("words"));
  load.recommendations = read_thresholds(map.get("recommendations"));
  map.no_other_keys();
  return load;
}

}  // namespace

std::vector<Threshold> read_thresholds(const YamlValue& value) {
  std::vector<Threshold> thresholds;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    const auto at_least = map.require("at_least");
    const double unread = -1.0 - static_cast<double>(thresholds.size());  // repeats no other
    Threshold threshold{at_least.number(0, kHighestRatio, unread), map.require("says").text()};
    map.no_other_keys();
    for (const auto& other : thresholds) {
      if (other.at_least == threshold.at_least) {
        at_least.complain(fmt::format("{} comes twice", threshold.at_least));
      }
    }
    thresholds.push_back(std::move(threshold));
  }
  std::sort(thresholds.begin(), thresholds.end(),
            [](const Threshold& a, const Threshold& b) { return a.at_least > b.at_least; });
  return thresholds;
}

std::vector<Load> read_loads(const YamlValue& value, const Suite& suite) {
  std::vector<Load> loads;
  const YamlMap map = value.map();
  for (const auto& [name, load] : map.entries()) {
    if (!is_name(name)) load.complain(kNameRule);
    loads.push_back(read_load(name, load, suite));
  }
  return loads;
}

}  // namespace shootout::suite
