// What a contender does otherwise than the others in a scenario, as the run recorded it
// (suite::ScenarioNote).
#pragma once

#include <string>
#include <vector>

#include "judge/evidence.h"

namespace shootout::judge {

/// "WHY (SOURCE)" where the contender does not support the scenario; else empty.
[[nodiscard]] std::string unsupported_in(const Evidence& evidence, const std::string& contender,
                                         const std::string& scenario);

/// "served by Flask with flask-sock; SAYS (SOURCE)": who served it in the contender's name, as the trials say
/// or else the record, and what the reader must know; empty where there is nothing to know.
[[nodiscard]] std::string note_on(const Evidence& evidence, const suite::Load& load,
                                  const suite::Scenario& scenario, const std::string& contender);

/// Those of the plan that have no trial in the run since they do not support what was asked of them.
[[nodiscard]] std::vector<std::string> without_support(const Evidence& evidence);

}  // namespace shootout::judge
