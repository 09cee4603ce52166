// What differs between contenders (or is alike, which is as good to know) beside their names.
#pragma once

#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// A line only where something is known of at least one contender.
[[nodiscard]] std::vector<LedgerLine> ledger_of(const Evidence& evidence);

}  // namespace shootout::judge
