// The seeds' expectations put to the test, and the advice that this run carries.
#pragma once

#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Only those whose contenders all take part.
[[nodiscard]] std::vector<ClaimVerdict> test_claims(const Evidence& evidence);

/// Only where the condition certainly holds, for a contender (if it names one) that was compared or measured.
[[nodiscard]] std::vector<GivenAdvice> give_advice(const Evidence& evidence);

}  // namespace shootout::judge
