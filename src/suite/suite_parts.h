// The readers of a suite's parts. Each complains where something is wrong, and checks names against those
// parts of the suite that are read before it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "suite/suite.h"
#include "suite/yaml_reader.h"

namespace shootout::suite {

/// The request of a scenario, or of all.
RequestSpec read_request(const YamlValue& value, const Suite& suite);
std::vector<Verification> read_verifications(const YamlValue& value, const Suite& suite);
std::optional<WarmUp> read_warm_up(const YamlValue& value);
std::vector<Variant> read_variants(const YamlValue& value);
Gates read_gates(const YamlValue& value);
/// `loads` is the suite's value of that key, over which profiles lay their own.
std::vector<Profile> read_profiles(const YamlValue& value, const YamlValue& loads, const Suite& suite);
std::vector<Load> read_loads(const YamlValue& value, const Suite& suite);
Load read_load(const std::string& name, const YamlValue& value, const Suite& suite);
/// Sorted from the highest.
std::vector<Threshold> read_thresholds(const YamlValue& value);
/// What the keys of a criterion's range are called: a claim's are `low` and `high`.
struct BoundKeys {
  std::string low, high;
  bool high_is_outside = false;
};
/// The keys of a criterion, of a map that may have others. Where the kind needs a contender and names none,
/// it is `about`.
Criterion read_criterion(YamlMap& map, const Suite& suite, const BoundKeys& keys,
                         const std::string& about = {});
std::vector<Claim> read_claims(const YamlValue& value, const Suite& suite);
std::vector<Advice> read_advice(const YamlValue& value, const Suite& suite);

/// A complaint where a text is none of the names.
void check_known(const YamlValue& place, const std::string& kind, const std::string& name,
                 std::span<const std::string> names);
/// Adds the suite's variants to the contenders; what is wrong with them, a line each.
std::vector<std::string> expand_variants(const Suite& suite, std::map<std::string, Contender>& contenders);
/// The default contenders and those on demand.
std::vector<std::string> selectable(const Suite& suite);

/// The members' names, in their order.
template <class Members>
std::vector<std::string> names_of(const Members& members) {
  std::vector<std::string> names;
  for (const auto& member : members) names.push_back(member.name);
  return names;
}

}  // namespace shootout::suite
