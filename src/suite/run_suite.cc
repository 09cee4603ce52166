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

Result<Suite> suite_of(const RunRecord& run) {
  auto suite = parse_suite(run.suite_text, run.suite + ".yaml of run " + run.id);
  if (!suite) return suite;
  std::vector<std::string> asked;
  if (const auto found = run.plan.find("scenarios_asked"); found != run.plan.end() && found->is_array()) {
    for (const auto& name : *found) {
      if (name.is_string()) asked.push_back(name.get<std::string>());
    }
  }
  return with_also_cells(with_profile(std::move(*suite), run.profile), asked);
}

}  // namespace shootout::suite
