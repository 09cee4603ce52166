#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

template <class Member>
Result<const Member*> find_member(const Suite& suite, const std::vector<Member>& members,
                                  std::string_view kind, const std::string& name) {
  for (const auto& member : members) {
    if (member.name == name) return &member;
  }
  return fail(ExitCode::usage,
              fmt::format("suite '{}': {}", suite.name, unknown_name(kind, name, names_of(members))));
}

}  // namespace

Result<const Load*> find_load(const Suite& suite, const std::string& name) {
  return find_member(suite, suite.loads, "load", name);
}

Result<const Scenario*> find_scenario(const Suite& suite, const std::string& name) {
  return find_member(suite, suite.scenarios, "scenario", name);
}

Result<const Profile*> find_profile(const Suite& suite, const std::string& name) {
  return find_member(suite, suite.profiles, "profile", name);
}

Result<void> check_contenders(const Suite& suite, const std::map<std::string, Contender>& all) {
  std::vector<std::string> folders, wrong;
  auto contenders = all;
  for (auto& mistake : expand_variants(suite, contenders)) wrong.push_back(std::move(mistake));
  for (const auto& [name, contender] : contenders) folders.push_back(name);
  auto complain = [&](std::string what) {
    wrong.push_back(fmt::format("{}: {}", suite.file.string(), what));
  };

  const auto variants = names_of(suite.variants);
  for (const auto& name : selectable(suite)) {
    const auto contender = contenders.find(name);
    if (contender == contenders.end()) {
      if (std::find(variants.begin(), variants.end(), name) == variants.end())
        complain(unknown_name("contender", name, folders));
      continue;
    }
    for (const auto& need : contender->second.needs) {
      const auto services = names_of(suite.services);
      if (std::find(services.begin(), services.end(), need) == services.end()) {
        complain(
            fmt::format("contender '{}' needs '{}', which is not among the suite's services", name, need));
      }
    }
  }
  for (const auto& service : suite.services) {
    for (const auto& [make, name] : service.makes) {
      const auto contender = contenders.find(name);
      if (contender == contenders.end()) {
        complain(fmt::format("service '{}', make '{}': {}", service.name, make,
                             unknown_name("contender", name, folders)));
      } else if (contender->second.provides != service.name) {
        complain(fmt::format("service '{}', make '{}': '{}' does not say 'provides: {}'", service.name, make,
                             name, service.name));
      }
    }
  }
  if (wrong.empty()) return {};
  return fail(ExitCode::usage, fmt::format("{}", fmt::join(wrong, "\n")),
              "correct the name, or add the folder that holds the contender with --contenders-dir");
}

}  // namespace shootout::suite
