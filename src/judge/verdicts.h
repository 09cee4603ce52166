// What the run shows about each pair in a cell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Of each of the evidence's pairs its verdicts, the deciding metric's first; those without a valid pair of
/// trials are left out. Evidence::family() of one metric is a family (judge/decision.h). `ledger`: what the
/// verdicts' `differs` is taken from.
[[nodiscard]] std::vector<Verdict> verdicts_of(const Evidence& evidence, const suite::Load& load,
                                               const suite::Scenario& scenario,
                                               const std::vector<LedgerLine>& ledger);

/// The rank of each contender that can have one, by the load's deciding metric: its comparisons with every
/// other contender of the cell, Holm-adjusted over all of them; better is what is faster beyond the margin.
/// Contenders without enough replicates or without a steady state are left out.
[[nodiscard]] std::map<std::string, stats::Rank> ranks_of(const Evidence& evidence, const suite::Load& load,
                                                          const suite::Scenario& scenario);

}  // namespace shootout::judge
