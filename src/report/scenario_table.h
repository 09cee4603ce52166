// A scenario's figures, contender beside contender.
#pragma once

#include <vector>

#include "report/document.h"
#include "report/subject.h"

namespace shootout::report {

/// The seeds' table Metric | baseline | contender | Improvement where a pair was measured; else one row a
/// contender, with the ranks; of a steady load then two tables, rates and latencies, the one with the
/// deciding metric first.
[[nodiscard]] std::vector<Table> scenario_tables(const Subject& subject, const suite::Load& load,
                                                 const suite::Scenario& scenario);

/// Whose trials did not all count, or do not rank.
[[nodiscard]] std::vector<Text> scenario_notes(const Subject& subject, const suite::Load& load,
                                               const suite::Scenario& scenario);

}  // namespace shootout::report
