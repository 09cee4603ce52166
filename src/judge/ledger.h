// What differs between contenders (or is alike, which is as good to know) beside their names.
#pragma once

#include <string>
#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// A line only where something is known of at least one contender. Flagged where two contenders differ by
/// more than a tenth (numbers) or at all (texts), and the database connections where they are more than it
/// allows; names and versions of framework and server never are.
[[nodiscard]] std::vector<LedgerLine> ledger_of(const Evidence& evidence);

/// The flagged lines in which the two of the pair differ: "Worker processes: 4, 1", the baseline's value
/// first.
[[nodiscard]] std::vector<std::string> differences(const std::vector<LedgerLine>& ledger, const Pair& pair);

}  // namespace shootout::judge
