#include "judge/run_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <ranges>
#include <set>

#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using nlohmann::json;
using DifferenceKind = RunDifference::Kind;
/// By what a person calls it.
using Facts = std::map<std::string, std::string>;

constexpr const char* kNone = "none";

std::string spaced(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string as_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Objects become one fact a member, named after both.
void add_fact(Facts& facts, const std::string& name, const json& value) {
  if (!value.is_object()) {
    facts[name] = as_text(value);
    return;
  }
  for (const auto& [member_name, inner] : value.items())
    add_fact(facts, name + " " + spaced(member_name), inner);
}

Facts facts_of_machine(const json& machine) {
  Facts facts;
  if (!machine.is_object()) return facts;
  for (const auto& [name, value] : machine.items()) {
    // What the machine has; the kernel keeps a little more or less of it for itself from one boot to the
    // next.
    if (name == "memory_bytes" && value.is_number()) {
      facts["memory"] = fmt::format("{:.0f} GiB", std::ceil(value.get<double>() / (1024.0 * 1024 * 1024)));
    } else {
      add_fact(facts, spaced(name), value);
    }
  }
  return facts;
}

Facts facts_of_plan(const Evidence& evidence) {
  // Who and what was measured is told apart from the settings, an override by the parameter that it changed;
  // how often was measured shows in n, and the baseline and the note change no figure.
  static const std::set<std::string> kLeftOut{"contenders", "scenarios", "loads",
                                              "trials",     "baseline",  "replicates",
                                              "set",        "budget_s",  "replicates_fixed"};
  Facts facts{{"profile", evidence.run.profile}};
  if (!evidence.run.plan.is_object()) return facts;
  for (const auto& [name, value] : evidence.run.plan.items()) {
    if (kLeftOut.contains(name)) continue;
    add_fact(facts, name == "shootout" ? "shootout's version" : spaced(name), value);
  }
  facts.erase("pinning note");
  return facts;
}

/// The last part of a path: environments lie in folders whose names change with what is in them.
std::string without_folder(const std::string& argument) {
  return argument.starts_with('/') ? argument.substr(argument.rfind('/') + 1) : argument;
}

std::string command_line(const json& command) {
  std::string line;
  for (const auto& argument : command)
    line += (line.empty() ? "" : " ") +
            without_folder(argument.is_string() ? argument.get<std::string>() : argument.dump());
  return line;
}

Facts facts_of_contender(const json& about) {
  Facts facts;
  if (!about.is_object()) return facts;
  for (const auto& [name, value] : about.items()) {
    if (name == "title" || name == "overrides") continue;  // parameters show what an override changed
    if (name == "command") {
      facts["command"] = command_line(value);
    } else if (name == "programs" && value.is_object()) {
      for (const auto& [program, its] : value.items())
        facts["command of " + program] = command_line(its.value("command", json::array()));
    } else if (name == "parameters" && value.is_object()) {
      for (const auto& [parameter, its] : value.items()) add_fact(facts, parameter, its);
    } else if (name == "packages" && value.is_object()) {
      for (const auto& [package, version] : value.items()) add_fact(facts, "package " + package, version);
    } else {
      add_fact(facts, spaced(name), value);
    }
  }
  return facts;
}

void add_changed(DifferenceKind kind, const std::string& prefix, const Facts& before, const Facts& after,
                 std::vector<RunDifference>& differences) {
  Facts all = before;
  all.insert(after.begin(), after.end());
  const auto in = [](const Facts& facts, const std::string& name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string(kNone) : found->second;
  };
  for (const auto& name : all | std::views::keys) {
    auto was = in(before, name), is = in(after, name);
    if (was != is) differences.push_back({kind, prefix + name, std::move(was), std::move(is)});
  }
}

/// FNV-1a (Fowler, Noll, Vo), folded to 16 bits: to tell a few things apart at a glance.
std::string digest_of(const std::string& text) {
  std::uint32_t hash = 2166136261;
  for (const char c : text) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 16777619;
  }
  return fmt::format("{:04x}", (hash >> 16) ^ (hash & 0xffff));
}

/// "clients medium", for each load and scenario with trials.
std::set<std::string> cells_of(const Evidence& evidence) {
  std::set<std::string> cells;
  for (const auto* load : evidence.loads())
    for (const auto* scenario : evidence.scenarios(*load)) cells.insert(load->name + " " + scenario->name);
  return cells;
}

void add_only_in_one(const std::string& kind_of_thing, const std::set<std::string>& before,
                     const std::set<std::string>& after, std::vector<RunDifference>& differences) {
  std::set<std::string> all = before;
  all.insert(after.begin(), after.end());
  const auto in = [](const std::set<std::string>& names, const std::string& name) {
    return std::string(names.contains(name) ? "measured" : kNone);
  };
  for (const auto& name : all) {
    if (before.contains(name) != after.contains(name))
      differences.push_back(
          {DifferenceKind::measured, kind_of_thing + name, in(before, name), in(after, name)});
  }
}

std::set<std::string> names_in(const Evidence& evidence) {
  return {evidence.contenders().begin(), evidence.contenders().end()};
}

/// "async, clients medium", for those contenders and cells that both runs have.
std::set<std::string> places_in(const Evidence& evidence, const Evidence& other) {
  const auto contenders = names_in(other), cells = cells_of(other);
  std::set<std::string> places;
  for (const auto& trial : evidence.run.trials) {
    const std::string cell = trial.load + " " + trial.scenario;
    if (contenders.contains(trial.contender) && cells.contains(cell))
      places.insert(trial.contender + ", " + cell);
  }
  return places;
}

}  // namespace

std::vector<RunDifference> differences_of(const Evidence& before, const Evidence& after) {
  std::vector<RunDifference> differences;
  add_changed(DifferenceKind::machine, "", facts_of_machine(before.run.machine),
              facts_of_machine(after.run.machine), differences);
  add_changed(DifferenceKind::settings, "", facts_of_plan(before), facts_of_plan(after), differences);
  if (before.run.suite_text != after.run.suite_text) {
    differences.push_back({DifferenceKind::settings, "the suite's file",
                           "digest " + digest_of(before.run.suite_text),
                           "digest " + digest_of(after.run.suite_text)});
  }
  // Services too: they are recorded beside the contenders.
  if (before.run.contenders.is_object()) {
    for (const auto& [name, about] : before.run.contenders.items()) {
      const auto* now = member(after.run.contenders, name);
      if (now)
        add_changed(DifferenceKind::settings, name + ": ", facts_of_contender(about),
                    facts_of_contender(*now), differences);
    }
  }
  add_only_in_one("contender ", names_in(before), names_in(after), differences);
  add_only_in_one("", cells_of(before), cells_of(after), differences);
  add_only_in_one("", places_in(before, after), places_in(after, before), differences);
  return differences;
}

std::string fingerprint_of(const json& machine) {
  std::string text;
  for (const auto& [name, value] : facts_of_machine(machine)) text += name + "=" + value + "\n";
  return text.empty() ? "" : digest_of(text);
}

}  // namespace shootout::judge
