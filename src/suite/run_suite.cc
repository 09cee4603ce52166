// A suite as a run measures it.
#include <algorithm>

#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::suite {

Suite with_profile(Suite suite, const std::string& profile) {
  const auto found = std::ranges::find(suite.profiles, profile, &Profile::name);
  if (found != suite.profiles.end() && !found->loads.empty()) suite.loads = found->loads;
  return suite;
}

Suite with_also_cells(Suite suite, const std::vector<std::string>& scenarios) {
  for (auto& load : suite.loads) {
    for (const auto& scenario : scenarios) {
      if (auto cell = load.also_cells.extract(scenario)) load.cells.insert(std::move(cell));
    }
  }
  return suite;
}

std::string name_without_twin(const std::string& name) {
  for (const std::string_view suffix : kTwinSuffixes) {
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  return name;
}

Suite with_twins(Suite suite, const std::vector<std::string>& contenders) {
  suite.baseline.clear();
  suite.pairs.clear();
  for (auto one = contenders.begin(); one != contenders.end(); ++one) {
    for (auto other = one + 1; other != contenders.end(); ++other) {
      if (name_without_twin(*one) == name_without_twin(*other)) suite.pairs.emplace_back(*one, *other);
    }
  }
  return suite;
}

Result<Suite> suite_of(const RunRecord& run) {
  auto suite = parse_suite(run.suite_text, run.suite + ".yaml of run " + run.id);
  if (!suite) return suite;
  std::vector<std::string> asked;
  if (const auto found = run.plan.find("scenarios_asked"); found != run.plan.end() && found->is_array()) {
    for (const auto& name : *found) {
      if (name.is_string()) asked.push_back(name.get<std::string>());
    }
  }
  auto measured = with_also_cells(with_profile(std::move(*suite), run.profile), asked);
  const auto found = run.plan.find("contenders");
  if (found == run.plan.end()) return measured;
  const auto contenders = found->get<std::vector<std::string>>();
  const bool twins = std::ranges::any_of(
      contenders, [](const std::string& name) { return name_without_twin(name) != name; });
  return twins ? with_twins(std::move(measured), contenders) : measured;
}

}  // namespace shootout::suite
