// What contenders and services took of the machine.
#pragma once

#include <string>
#include <string_view>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Of a contender or of a service's provider, over the replicates; an empty load stands for all. In each
/// replicate CPU % is weighted by the trials' durations and CPU a request by their requests (so both are
/// totals divided), and memory is the highest sample.
[[nodiscard]] Resources resources_of(const Evidence& evidence, const std::string& name,
                                     std::string_view load = {});

}  // namespace shootout::judge
