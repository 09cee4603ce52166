// Whether a contender used up the cores that it has, alone or together with the database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/evidence.h"

namespace shootout::judge {

struct Saturation {
  bool full = false;  ///< nine tenths of the cores and more are taken
  std::string text;   ///< "CPU bound: 97 % of the 2 cores that it can use", or that it waits
};

/// That the servers and the database may run on; nothing where the run did not record it.
[[nodiscard]] std::optional<int> cores_of_servers(const Evidence& evidence);

/// From the trials' CPU figures; nothing where they or the cores are not known.
[[nodiscard]] std::optional<Saturation> saturation_of(const Evidence& evidence,
                                                      const std::vector<const suite::TrialRecord*>& trials,
                                                      const std::string& contender);

/// Of a cell whose every trial is void: that the generator's own ceiling was too near; or empty.
[[nodiscard]] std::string held_back_by_generator(const Evidence& evidence, const suite::Load& load,
                                                 const suite::Scenario& scenario,
                                                 const std::string& contender);

}  // namespace shootout::judge
