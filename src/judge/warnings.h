// What the reader must know before believing a run.
#pragma once

#include <string>
#include <vector>

#include "judge/evidence.h"

namespace shootout::judge {

[[nodiscard]] std::vector<std::string> warnings_for(const Evidence& evidence);

}  // namespace shootout::judge
