#include <fmt/format.h>

#include <algorithm>

#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

constexpr int kMostReplicates = 1000, kMostBlocks = 1000;
constexpr int kReplicatesOfPrecision = 10;  // the fewest after which precision is looked at
constexpr double kFinestPrecision = 0.001, kCoarsestPrecision = 1;
constexpr double kShortestBudget_s = 1, kLongestBudget_s = 7 * 86400;
constexpr double kFewestCpus = 0.01, kMostCpus = 4096;
constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 20, kMostMemory = std::uint64_t{1} << 50;

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
  const auto& loads = profile.loads.empty() ? suite.loads : profile.loads;
  const bool any_steady = std::any_of(loads.begin(), loads.end(), is_steady);
  const bool all_steady = std::all_of(loads.begin(), loads.end(), is_steady);

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

// The suite's loads, with the profile's keys laid over those that it names.
std::vector<Load> read_own_loads(const YamlValue& value, const YamlValue& loads, const Suite& suite) {
  if (!value.present()) return {};
  std::vector<Load> own = suite.loads;
  const YamlMap over = value.map(), below = loads.map();
  for (const auto& [name, entry] : over.entries()) {
    check_known(entry, "load", name, names_of(suite.loads));
    const auto load = std::ranges::find(own, name, &Load::name);
    const auto its = std::ranges::find(below.entries(), name, &YamlMap::Entry::first);
    if (!entry.is_map()) entry.complain("expected a map with keys of a load");
    if (!entry.is_map() || load == own.end() || its == below.entries().end()) continue;
    *load = read_load(name, entry.laid_over(its->second), suite);
  }
  return own;
}

Limits read_limits(YamlMap map) {
  Limits limits;
  limits.cpus = map.get("cpus").number(kFewestCpus, kMostCpus, limits.cpus);
  limits.memory_bytes = static_cast<std::int64_t>(map.get("memory").bytes(kLeastMemory, kMostMemory, 0));
  map.no_other_keys();
  return limits;
}

}  // namespace

Result<Limits> parse_limits(const std::string& text) {
  if (text == "none") return Limits{};
  std::string map;
  for (const char c : text) map += c == '=' ? ": " : std::string(1, c);
  const auto document = YamlDocument::parse("{" + map + "}", "--limits " + text);
  if (!document) return std::unexpected(document.error());
  const Limits limits = read_limits(document->root());
  const std::string remedy = "for instance --limits cpus=2,memory=512MB, or --limits none";
  if (auto verdict = document->verdict(remedy); !verdict) return std::unexpected(verdict.error());
  if (limits.cpus == 0 && limits.memory_bytes == 0)
    return fail(ExitCode::usage, "--limits names neither cpus nor memory", remedy);
  return limits;
}

std::vector<Profile> read_profiles(const YamlValue& value, const YamlValue& loads, const Suite& suite) {
  const std::vector<std::string> known{"quick", "full", "seed"};
  std::vector<Profile> profiles;
  const YamlMap all = value.map();
  for (const auto& [name, entry] : all.entries()) {
    check_known(entry, "profile", name, known);
    YamlMap map = entry.map();
    Profile profile;
    profile.name = name;
    profile.gives_up = map.get("gives_up").text();
    profile.loads = read_own_loads(map.get("loads"), loads, suite);
    profile.limits = read_limits(map.get("limits").map());
    const auto network = map.get("network");
    profile.network = network.text(profile.network);
    if (profile.network != "host" && profile.network != "bridge")
      network.complain("must be 'host' or 'bridge': of containers (--backend docker)");
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
