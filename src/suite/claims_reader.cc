#include <string>
#include <utility>
#include <vector>

#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

const BoundKeys kOfClaims{.low = "low", .high = "high"};
const BoundKeys kOfAdvice{.low = "at_least", .high = "below", .high_is_outside = true};

// One map, or a list of them, of which all must hold.
std::vector<YamlValue> one_or_more(const YamlValue& value) {
  if (!value.is_list()) return {value};
  auto values = value.list();
  if (values.empty()) value.complain("the list is empty");
  return values;
}

void add(std::vector<std::string>& names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
}

// What a sentence is about: one contender after the other; none: nobody in particular.
std::vector<std::string> read_about(const YamlValue& value, const Suite& suite) {
  if (!value.present()) return {""};
  const auto names = value.is_list() ? value.texts() : std::vector{value.text()};
  for (const auto& name : names) check_known(value, "contender", name, selectable(suite));
  return names;
}

}  // namespace

std::vector<Claim> read_claims(const YamlValue& value, const Suite& suite) {
  std::vector<Claim> claims;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    Claim claim;
    claim.says = map.require("says").text();
    claim.source = map.get("source").text();
    claim.published = map.get("published").text();
    for (const auto& place : one_or_more(map.require("test"))) {
      YamlMap test = place.map();
      if (!place.is_map()) continue;
      claim.criteria.push_back(read_criterion(test, suite, kOfClaims));
      const auto contenders = test.get("contenders");
      const auto names = contenders.texts();
      for (const auto& name : names) check_known(contenders, "contender", name, selectable(suite));
      add(claim.contenders, names);
      test.no_other_keys();
    }
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
    const auto about = read_about(map.get("about"), suite);
    const auto places = one_or_more(map.require("when"));
    for (const auto& name : about) {
      advice.about = name;
      advice.criteria.clear();
      for (const auto& place : places) {
        YamlMap when = place.map();
        if (!place.is_map()) continue;
        advice.criteria.push_back(read_criterion(when, suite, kOfAdvice, name));
        when.no_other_keys();
      }
      all.push_back(advice);
    }
    map.no_other_keys();
  }
  return all;
}

}  // namespace shootout::suite
