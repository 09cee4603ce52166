#include <fmt/format.h>

#include <algorithm>

#include "suite/limits.h"
#include "suite/names.h"
#include "suite/placeholders.h"
#include "suite/request_slots.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

constexpr double kHighestRatio = 1e6;
constexpr double kLongestTimeout_s = 86400;
constexpr double kShortestWindow_s = 0.05, kLongestWindow_s = 86400;
constexpr double kLongestPrelude_s = 3600;  // of settling, and of warm-up
constexpr double kMostLatencies = 1000;     // that a window holds
constexpr double kSmallestShare = 0.0001;
constexpr double kShortestPhase_s = 0.05, kLongestPhase_s = 86400;

using Cells = std::map<std::string, std::map<std::string, std::string>>;

std::map<std::string, std::string> read_cell(const YamlValue& value, const std::vector<std::string>& slots) {
  std::map<std::string, std::string> parameters;
  const YamlMap map = value.map();
  for (const auto& [name, parameter] : map.entries()) {
    if (!is_name(name)) parameter.complain(kNameRule);
    if (name == "health") parameter.complain("this name is the contender's health path; choose another");
    if (std::find(slots.begin(), slots.end(), name) != slots.end())
      parameter.complain("the request has a slot of this name; choose another");
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

void check_rate(const YamlValue& place, const std::string& text, const Cells& cells) {
  for (const auto& [scenario, parameters] : cells) {
    const auto filled = fill(text, parameters);
    const auto rate = filled ? real_number(*filled, kLowestRate, kHighestRate)
                             : Result<double>(std::unexpected(filled.error()));
    if (!rate) place.complain(fmt::format("scenario '{}': {}", scenario, rate.error().what));
  }
}

std::vector<Phase> read_phases(const YamlValue& value) {
  std::vector<Phase> phases;
  const std::vector<std::string> roles{"ramp", "hold", "cool_down"};
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    Phase phase;
    phase.connections = static_cast<unsigned>(map.require("connections").integer(1, kMostConnections, 1));
    phase.seconds = map.require("seconds").number(kShortestPhase_s, kLongestPhase_s, phase.seconds);
    phase.name = map.get("name").text(fmt::format("{} connections", phase.connections));
    const auto role = map.get("role");
    const std::string known_as = role.text(roles[0]);
    check_known(role, "role", known_as, roles);
    if (known_as == roles[1]) phase.role = Phase::Role::hold;
    if (known_as == roles[2]) phase.role = Phase::Role::cool_down;
    map.no_other_keys();
    phases.push_back(std::move(phase));
  }
  if (value.is_list() && phases.size() < 2) value.complain("at least two phases are needed");
  return phases;
}

// A spike's phases say how many connections there are, and for how long.
void read_spike(YamlMap& map, const YamlValue& phases, Load& load) {
  load.phases = read_phases(phases);
  for (const char* key : {"connections", "requests_per_connection", "window", "settle", "warm_up",
                          "latencies", "rate", "opened_per_second", "statistics"}) {
    if (const auto value = map.get(key); value.present())
      value.complain("not together with 'phases', which say how many connections and for how long");
  }
}

Statistics read_statistics(const YamlValue& value) {
  const std::vector<std::string> names{"usual", "wrk"};
  const auto name = value.text(names[0]);
  check_known(value, "kind of statistics", name, names);
  return name == names[1] ? Statistics::wrk : Statistics::usual;
}

// How much: fixed work, or a window.
void read_amount(YamlMap& map, Load& load, const Cells& cells) {
  const auto requests = map.get("requests_per_connection"), window = map.get("window");
  const auto settle = map.get("settle"), warm_up = map.get("warm_up"), rate = map.get("rate");
  const auto latencies = map.get("latencies"), opened = map.get("opened_per_second");
  const auto statistics = map.get("statistics");
  if (!window.present()) {
    for (const auto& value : {settle, warm_up, latencies, rate, opened, statistics}) {
      if (value.present()) value.complain("only with 'window', which makes a load steady");
    }
    load.requests_per_connection = requests.text(load.requests_per_connection);
    return check_count(requests, load.requests_per_connection, kMostRequests, cells);
  }
  if (requests.present())
    requests.complain("not together with 'window': either fixed work, or a steady load");
  Window steady;
  steady.seconds = window.number(kShortestWindow_s, kLongestWindow_s, steady.seconds);
  steady.settle_s = settle.number(0, kLongestPrelude_s, steady.settle_s);
  steady.warm_up_s = warm_up.number(0, kLongestPrelude_s, steady.warm_up_s);
  steady.latencies = latencies.number(0, kMostLatencies, steady.latencies);
  load.window = steady;
  load.offering.opened_per_second = opened.number(1, kHighestRate, load.offering.opened_per_second);
  load.statistics = read_statistics(statistics);
  load.rate = rate.text();
  if (rate.present()) check_rate(rate, load.rate, cells);
}

// The metric that decides, by the kind of load where the suite does not say.
void read_decides(YamlMap& map, Load& load) {
  const std::vector<std::string> metrics{"duration_s",     "requests_per_second", "cpu_us_per_request",
                                         "latency_p50_us", "latency_p95_us",      "latency_p99_us"};
  const bool is_open = !load.rate.empty(), is_timed = load.window || !load.phases.empty();
  const auto decides = map.get("decides");
  load.decides = decides.text(!is_timed ? metrics[0] : is_open ? metrics[5] : metrics[1]);
  check_known(decides, "metric that can decide", load.decides, metrics);
  if (load.window && load.decides == metrics[0])
    decides.complain("a window lasts as long as it is told to; a steady load has no duration of its own");
  if (!load.phases.empty() && load.decides == metrics[0])
    decides.complain("phases last as long as they are told to; such a load has no duration of its own");
  if (is_open && load.decides == metrics[1])
    decides.complain("the requests/s of an open loop are the load's own; latency decides, or CPU");
}

Cells read_cells(const YamlValue& value, const Suite& suite) {
  Cells cells;
  const YamlMap by_scenario = value.map();
  for (const auto& [scenario, cell] : by_scenario.entries()) {
    check_known(cell, "scenario", scenario, names_of(suite.scenarios));
    const auto known = std::ranges::find(suite.scenarios, scenario, &Scenario::name);
    const bool is_known = known != suite.scenarios.end();
    cells.emplace(scenario,
                  read_cell(cell, is_known ? slots_of(known->request) : std::vector<std::string>{}));
  }
  return cells;
}

}  // namespace

Load read_load(const std::string& name, const YamlValue& value, const Suite& suite) {
  YamlMap map = value.map();
  Load load;
  load.name = name;
  load.title = map.get("title").text(name);
  load.question = map.get("question").text();
  load.timeout_s = map.get("timeout").number(0.001, kLongestTimeout_s, load.timeout_s);
  load.offering.threads = static_cast<unsigned>(map.get("threads").integer(0, kMostThreads, 0));

  const std::vector<std::string> countable{"client requests", "upstream calls"};
  const auto counts = map.get("counts");
  load.counts = counts.text(countable[0]);
  check_known(counts, "way to count", load.counts, countable);

  const auto cells = map.require("cells"), also_cells = map.get("also_cells");
  load.cells = read_cells(cells, suite);
  load.also_cells = read_cells(also_cells, suite);
  if (cells.is_map() && load.cells.empty()) cells.complain("at least one scenario is needed");
  Cells all = load.cells;
  for (const auto& [scenario, parameters] : load.also_cells) {
    if (!all.emplace(scenario, parameters).second)
      also_cells.complain(fmt::format("'{}' is among 'cells' already", scenario));
  }

  if (const auto phases = map.get("phases"); phases.present()) {
    read_spike(map, phases, load);
  } else {
    const auto connections = map.require("connections");
    load.connections = connections.text("1");
    if (connections.present()) check_count(connections, load.connections, kMostConnections, all);
    read_amount(map, load, all);
  }
  load.checked_share = map.get("checked_share").share(kSmallestShare, 1, load.checked_share);
  read_decides(map, load);

  load.words = read_thresholds(map.get("words"));
  load.recommendations = read_thresholds(map.get("recommendations"));
  map.no_other_keys();
  return load;
}

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
