#include <fmt/format.h>

#include <algorithm>

#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

constexpr int kMostReplicates = 1000, kMostBlocks = 1000;
constexpr int kReplicatesOfPrecision = 10;  // the fewest after which precision is looked at
constexpr double kFinestPrecision = 0.001, kCoarsestPrecision = 1;
constexpr double kShortestBudget_s = 1, kLongestBudget_s = 7 * 86400;

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

// How often: replicates and blocks, or until it is precise enough.
void read_effort(YamlMap& map, const Suite& suite, Profile& profile) {
  const auto is_steady = [](const Load& load) { return load.window.has_value(); };
  const bool any_steady = std::any_of(suite.loads.begin(), suite.loads.end(), is_steady);
  const bool all_steady = std::all_of(suite.loads.begin(), suite.loads.end(), is_steady);

  const auto precision = map.get("precision"), budget = map.get("budget"), blocks = map.get("blocks");
  if (precision.present()) {
    profile.precision = precision.share(kFinestPrecision, kCoarsestPrecision, kCoarsestPrecision);
  }
  if (budget.present()) {
    profile.budget_s = budget.duration(kShortestBudget_s, kLongestBudget_s, kLongestBudget_s);
  }
  profile.blocks = blocks.integer(1, kMostBlocks, profile.blocks);
  for (const auto& value : {precision, blocks}) {
    if (value.present() && !any_steady)
      value.complain("means nothing where no load is steady (has a 'window')");
  }
  // Precision tells how often steady loads are repeated; fixed work always needs to be told.
  const bool told = profile.precision && all_steady;
  const auto replicates = told ? map.get("replicates") : map.require("replicates");
  profile.replicates =
      replicates.integer(1, kMostReplicates, told ? kReplicatesOfPrecision : profile.replicates);
}

}  // namespace

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
    read_effort(map, suite, profile);
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

}  // namespace shootout::suite
