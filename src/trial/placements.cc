#include "trial/placements.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace shootout::trial {
namespace {

Result<void> require_known(const char* what, const std::vector<std::string>& names,
                           const std::vector<std::string>& known) {
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end())
      return fail(ExitCode::usage, unknown_name(what, name, known));
  }
  return {};
}

bool has(const std::vector<std::string>& names, const char* name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_started_here(const suite::Contender& contender) {
  return contender.url.empty() && !contender.elsewhere;
}

const Placement& placement_of(const std::string& name, const std::vector<Placement>& placements) {
  const auto found = std::ranges::find_if(placements, [&](const Placement& placement) {
    return !placement.suffix.empty() && name.ends_with(placement.suffix);
  });
  return found == placements.end() ? placements.front() : *found;
}

}  // namespace

Result<std::vector<Placement>> placements_of(const Choice& choice, const suite::Profile& profile) {
  if (auto known = require_known("backend", choice.backends, {"process", "docker"}); !known)
    return std::unexpected(known.error());
  if (auto known = require_known("network", choice.networks, {"host", "bridge"}); !known)
    return std::unexpected(known.error());
  std::vector<Placement> placements;
  if (choice.backends.empty() || has(choice.backends, "process")) placements.emplace_back();
  if (!has(choice.backends, "docker")) return placements;
  const auto networks = choice.networks.empty() ? std::vector{profile.network} : choice.networks;
  for (const bool bridged : {false, true}) {
    if (!has(networks, bridged ? "bridge" : "host")) continue;
    const bool beside_host = bridged && has(networks, "host");
    placements.push_back({.suffix = placements.empty() ? "" : suite::kTwinSuffixes[beside_host ? 1 : 0],
                          .contained = true,
                          .bridged = bridged});
  }
  return placements;
}

void add_twins(const std::vector<Placement>& placements, std::map<std::string, suite::Contender>& all,
               std::vector<std::string>& names) {
  const auto alone = all;
  for (const auto& [name, contender] : alone) {
    if (!contender.provides.empty() || !contender.url.empty()) continue;
    for (const auto& placement : placements) {
      if (placement.suffix.empty()) continue;
      auto twin = contender;
      twin.name += placement.suffix;
      twin.title += placement.bridged ? " (Docker, bridge)" : " (Docker)";
      for (auto& [scenario, note] : twin.scenarios) {
        if (!note.served_by.empty()) note.served_by += placement.suffix;
      }
      all.emplace(twin.name, std::move(twin));
    }
  }
  std::vector<std::string> every;
  for (const auto& name : names) {
    every.push_back(name);
    for (const auto& placement : placements) {
      if (!placement.suffix.empty() && all.contains(name + placement.suffix))
        every.push_back(name + placement.suffix);
    }
  }
  names = std::move(every);
}

void place(const std::vector<Placement>& placements, Selection& selection) {
  for (const auto* group : {&selection.contenders, &selection.companions}) {
    for (const auto& contender : *group) {
      const auto& placement = placement_of(contender.name, placements);
      if (!is_started_here(contender) || !placement.contained) continue;
      selection.contained.insert(contender.name);
      if (placement.bridged) selection.bridged.insert(contender.name);
    }
  }
  // What all use stands where all reach it: a container on a network of its own does not reach a process.
  const bool bridged = std::ranges::any_of(placements, &Placement::bridged);
  for (const auto& service : selection.services) {
    if (!is_started_here(service.contender) || (!bridged && !placements.front().contained)) continue;
    selection.contained.insert(service.contender.name);
    if (bridged) selection.bridged.insert(service.contender.name);
  }
}

}  // namespace shootout::trial
