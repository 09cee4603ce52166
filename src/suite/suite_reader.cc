#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "suite/limits.h"
#include "suite/names.h"
#include "suite/placeholders.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

constexpr int kMostReplicates = 1000;

// A target or a count: its placeholders are filled later, but its braces must be whole.
std::string read_template(const YamlValue& value) {
  std::string text = value.text();
  if (auto names = placeholders_in(text); !names) value.complain(names.error().what);
  return text;
}

bool is_pointer(const std::string& text) {
  try {
    return text.starts_with('/') && !nlohmann::json::json_pointer(text).empty();
  } catch (const nlohmann::json::exception&) {  // a '~' that is neither ~0 nor ~1
    return false;
  }
}

std::string read_pointer(const YamlValue& value) {
  std::string pointer = value.text();
  if (value.is_text() && !is_pointer(pointer))
    value.complain("must be a JSON pointer (RFC 6901), such as /a/0/b");
  return pointer;
}

// With `templates`, what is expected still holds placeholders and becomes JSON once they are filled.
std::vector<AnswerCheck> read_checks(const YamlValue& value, bool templates) {
  std::vector<AnswerCheck> checks;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    AnswerCheck check{read_pointer(map.require("json")), {}};
    const auto equals = map.require("equals");
    check.equals = templates ? read_template(equals) : equals.json_text();
    map.no_other_keys();
    checks.push_back(std::move(check));
  }
  return checks;
}

RequestSpec read_request(const YamlValue& value) {
  RequestSpec request;
  YamlMap map = value.map();
  const auto method = map.get("method");
  request.method = method.text(request.method);
  const std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  check_known(method, "method", request.method, methods);
  request.target = read_template(map.require("target"));
  request.checks = read_checks(map.get("checks"), true);
  request.upstream_calls = read_template(map.get("upstream_calls"));
  map.no_other_keys();
  return request;
}

std::vector<Verification> read_verifications(const YamlValue& value) {
  std::vector<Verification> verifications;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    Verification verification;
    verification.target = read_template(map.require("target"));
    verification.status = map.get("status").integer(100, 599, verification.status);
    verification.content_type = map.get("content_type").text();
    verification.checks = read_checks(map.get("checks"), false);
    for (const auto& pointer : map.get("has").list()) verification.has.push_back(read_pointer(pointer));
    if (const auto calls = map.get("upstream_calls"); calls.present()) {
      verification.upstream_calls = std::to_string(calls.integer(0, kMostUpstreamCalls, 0));
    }
    map.no_other_keys();
    verifications.push_back(std::move(verification));
  }
  return verifications;
}

std::optional<WarmUp> read_warm_up(const YamlValue& value) {
  if (!value.present()) return std::nullopt;
  WarmUp warm_up;
  YamlMap map = value.map();
  warm_up.target = read_template(map.require("target"));
  warm_up.connections = static_cast<unsigned>(map.get("connections").integer(1, kMostConnections, 1));
  warm_up.requests_per_connection =
      static_cast<unsigned>(map.get("requests_per_connection").integer(1, kMostRequests, 1));
  map.no_other_keys();
  return warm_up;
}

std::vector<std::string> read_names(const YamlValue& value) {
  std::vector<std::string> names;
  for (const auto& item : value.list()) {
    const std::string name = item.text();
    if (item.is_text() && !is_name(name)) item.complain(fmt::format("{}, found '{}'", kNameRule, name));
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
    check_known(baseline, "contender", suite.baseline, suite.contenders);
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

std::vector<Scenario> read_scenarios(const YamlValue& value, const std::optional<RequestSpec>& common) {
  std::vector<Scenario> scenarios;
  const YamlMap all = value.map();
  for (const auto& [name, entry] : all.entries()) {
    YamlMap map = entry.map();
    Scenario scenario{name, map.get("title").text(name), {}};
    if (!is_name(name)) entry.complain(kNameRule);
    if (const auto own = map.get("request"); own.present()) {
      scenario.request = read_request(own);
    } else if (common) {
      scenario.request = *common;
    } else {
      map.complain(fmt::format("scenario '{}' has no 'request', and neither has the suite", name));
    }
    map.no_other_keys();
    scenarios.push_back(std::move(scenario));
  }
  return scenarios;
}

// As --set: SERVICE names a make, CONTENDER.PARAMETER any value.
void check_setting(const YamlValue& place, const std::string& name, const std::string& value,
                   const Suite& suite) {
  for (const auto& service : suite.services) {
    if (service.name != name) continue;
    std::vector<std::string> makes;
    for (const auto& [make, folder] : service.makes) makes.push_back(make);
    return check_known(place, "make", value, makes);
  }
  auto contenders = selectable(suite);
  for (const auto& service : suite.services) {
    for (const auto& [make, folder] : service.makes) contenders.push_back(folder);
  }
  const size_t dot = name.find('.');
  if (dot != std::string::npos) return check_known(place, "contender", name.substr(0, dot), contenders);
  check_known(place, "service", name, names_of(suite.services));
}

std::vector<Profile> read_profiles(const YamlValue& value, const Suite& suite) {
  const std::vector<std::string> known{"quick", "full", "seed"};
  std::vector<Profile> profiles;
  const YamlMap all = value.map();
  for (const auto& [name, entry] : all.entries()) {
    check_known(entry, "profile", name, known);
    YamlMap map = entry.map();
    Profile profile;
    profile.name = name;
    profile.gives_up = map.get("gives_up").text();
    profile.replicates = map.require("replicates").integer(1, kMostReplicates, profile.replicates);
    const YamlMap settings = map.get("set").map();
    for (const auto& [key, setting] : settings.entries()) {
      check_setting(setting, key, setting.text(), suite);
      profile.set.emplace(key, setting.text());
    }
    map.no_other_keys();
    profiles.push_back(std::move(profile));
  }
  if (value.is_map() &&
      std::none_of(profiles.begin(), profiles.end(), [](const Profile& p) { return p.name == "quick"; })) {
    value.complain("profile 'quick' is missing, which is the default");
  }
  return profiles;
}

// requests/s in upstream calls can be told only where the scenario says how many calls an answer stands for.
void check_counts(const YamlValue& loads, const Suite& suite) {
  for (const auto& load : suite.loads) {
    if (load.counts != "upstream calls") continue;
    for (const auto& scenario : suite.scenarios) {
      if (load.cells.contains(scenario.name) && scenario.request.upstream_calls.empty()) {
        loads.complain(fmt::format(
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
  read_contender_names(map, suite);
  suite.services = read_services(map.get("services"));

  const auto common = map.get("request");
  suite.scenarios = read_scenarios(map.require("scenarios"),
                                   common.present() ? std::optional(read_request(common)) : std::nullopt);
  suite.verifications = read_verifications(map.get("verify"));
  suite.warm_up = read_warm_up(map.get("warm_up"));
  const auto loads = map.require("loads");
  suite.loads = read_loads(loads, suite);
  check_counts(loads, suite);
  suite.matrix = read_thresholds(map.get("matrix"));
  suite.claims = read_claims(map.get("claims"), suite);
  suite.advice = read_advice(map.get("advice"), suite);
  suite.profiles = read_profiles(map.require("profiles"), suite);
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
