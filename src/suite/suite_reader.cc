#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "suite/limits.h"
#include "suite/names.h"
#include "suite/request_parts.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

std::vector<std::string> read_names(const YamlValue& value) {
  std::vector<std::string> names;
  for (const auto& item : value.list()) {
    const std::string name = item.text();
    if (item.is_text() && !is_name(name)) item.complain(fmt::format("{}, found '{}'", kNameRule, name));
    if (name == kLeader) item.complain("as a baseline this name stands for whoever leads; choose another");
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      item.complain(fmt::format("'{}' comes twice", name));
    } else {
      names.push_back(name);
    }
  }
  return names;
}

void read_contender_names(YamlMap& map, Suite& suite) {
  const auto contenders = map.require("contenders");
  suite.contenders = read_names(contenders);
  if (contenders.is_list() && suite.contenders.empty())
    contenders.complain("at least one contender is needed");
  const auto also = map.get("also");
  suite.also = read_names(also);
  for (const auto& name : suite.also) {
    if (std::find(suite.contenders.begin(), suite.contenders.end(), name) != suite.contenders.end()) {
      also.complain(fmt::format("'{}' is among 'contenders' already", name));
    }
  }

  const auto baseline = map.get("baseline");
  if (!suite.contenders.empty()) {
    suite.baseline = baseline.text(suite.contenders.front());
    if (suite.baseline != kLeader) check_known(baseline, "contender", suite.baseline, suite.contenders);
    const auto place = std::find(suite.contenders.begin(), suite.contenders.end(), suite.baseline);
    if (place != suite.contenders.end()) std::rotate(suite.contenders.begin(), place, place + 1);
  }

  for (const auto& item : map.get("pairs").list()) {
    const auto pair = read_names(item);
    if (pair.size() != 2) {
      item.complain("a pair is a list of two contenders, the baseline first");
      continue;
    }
    for (const auto& name : pair) check_known(item, "contender", name, selectable(suite));
    suite.pairs.emplace_back(pair[0], pair[1]);
  }
}

std::vector<ServiceChoice> read_services(const YamlValue& value) {
  std::vector<ServiceChoice> services;
  const YamlMap all = value.map();
  for (const auto& [name, entry] : all.entries()) {
    YamlMap map = entry.map();
    ServiceChoice service;
    service.name = name;
    if (!is_name(name)) entry.complain(kNameRule);
    std::vector<std::string> makes;
    const YamlMap folders = map.require("makes").map();
    for (const auto& [make, folder] : folders.entries()) {
      service.makes.emplace(make, folder.text());
      makes.push_back(make);
    }
    const auto make = map.require("make");
    service.make = make.text();
    if (make.present()) check_known(make, "make", service.make, makes);
    map.no_other_keys();
    services.push_back(std::move(service));
  }
  return services;
}

std::vector<Scenario> read_scenarios(const YamlValue& value, const std::optional<RequestSpec>& common,
                                     const Suite& suite) {
  std::vector<Scenario> scenarios;
  const YamlMap all = value.map();
  for (const auto& [name, entry] : all.entries()) {
    YamlMap map = entry.map();
    Scenario scenario{.name = name, .title = map.get("title").text(name)};
    if (!is_name(name)) entry.complain(kNameRule);
    if (const auto own = map.get("request"); own.present()) {
      scenario.request = read_request(own, suite);
    } else if (common) {
      scenario.request = *common;
    } else {
      map.complain(fmt::format("scenario '{}' has no 'request', and neither has the suite", name));
    }
    const auto echoes = map.get("also_echoes");
    scenario.also_echoes = read_echoes(echoes);
    if (echoes.present() && !scenario.request.message)
      echoes.complain("only where the request is a 'message'");
    const auto bodies = map.get("also_takes");
    scenario.also_takes = read_other_bodies(bodies);
    if (bodies.present() && scenario.request.body.kind == BodySpec::Kind::none)
      bodies.complain("only where the request has a body");
    if (const auto ceiling = map.get("ceiling"); ceiling.present())
      scenario.ceiling = ceiling.number(0, kHighestCeiling, 0);
    map.no_other_keys();
    scenarios.push_back(std::move(scenario));
  }
  return scenarios;
}

// requests/s in upstream calls can be told only where the scenario says how many calls an answer stands for.
void check_counts(const YamlValue& place, const std::vector<Load>& loads, const Suite& suite) {
  for (const auto& load : loads) {
    if (load.counts != "upstream calls") continue;
    for (const auto& scenario : suite.scenarios) {
      const bool is_cell = load.cells.contains(scenario.name) || load.also_cells.contains(scenario.name);
      if (is_cell && scenario.request.upstream_calls.empty()) {
        place.complain(fmt::format(
            "'{}' counts upstream calls, but the request of scenario '{}' has no 'upstream_calls'", load.name,
            scenario.name));
      }
    }
  }
}

Suite read_document(YamlMap map) {
  Suite suite;
  const auto name = map.require("suite");
  suite.name = name.text();
  if (name.present() && !is_name(suite.name)) name.complain(kNameRule);
  suite.title = map.get("title").text(suite.name);
  suite.question = map.get("question").text();
  suite.variants = read_variants(map.get("variants"));
  read_contender_names(map, suite);
  suite.services = read_services(map.get("services"));

  const auto common = map.get("request");
  suite.scenarios =
      read_scenarios(map.require("scenarios"),
                     common.present() ? std::optional(read_request(common, suite)) : std::nullopt, suite);
  suite.verifications = read_verifications(map.get("verify"), suite);
  suite.warm_up = read_warm_up(map.get("warm_up"));
  const auto loads = map.require("loads");
  suite.loads = read_loads(loads, suite);
  check_counts(loads, suite.loads, suite);
  suite.gates = read_gates(map.get("gates"));
  suite.matrix = read_thresholds(map.get("matrix"));
  suite.claims = read_claims(map.get("claims"), suite);
  suite.advice = read_advice(map.get("advice"), suite);
  const auto profiles = map.require("profiles");
  suite.profiles = read_profiles(profiles, loads, suite);
  for (const auto& profile : suite.profiles) check_counts(profiles, profile.loads, suite);
  const YamlMap names = map.get("compose").map();
  for (const auto& [contender, entry] : names.entries()) {
    YamlMap its = entry.map();
    suite.compose[contender] = {its.require("service").text(), its.require("container").text()};
    its.no_other_keys();
  }
  map.no_other_keys();
  return suite;
}

}  // namespace

void check_known(const YamlValue& place, const std::string& kind, const std::string& name,
                 std::span<const std::string> names) {
  if (std::find(names.begin(), names.end(), name) == names.end())
    place.complain(unknown_name(kind, name, names));
}

std::vector<std::string> selectable(const Suite& suite) {
  auto names = suite.contenders;
  names.insert(names.end(), suite.also.begin(), suite.also.end());
  return names;
}

Result<Suite> parse_suite(const std::string& text, const std::filesystem::path& name_for_errors) {
  const auto document = YamlDocument::parse(text, name_for_errors);
  if (!document) return std::unexpected(document.error());
  Suite suite = read_document(document->root());
  if (auto verdict = document->verdict("docs/suites.md explains every key of a suite"); !verdict) {
    return std::unexpected(verdict.error());
  }
  suite.file = name_for_errors;
  suite.text = text;
  return suite;
}

Result<Suite> read_suite(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  return parse_suite(*text, file);
}

}  // namespace shootout::suite
