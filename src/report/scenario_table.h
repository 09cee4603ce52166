// A scenario's figures, contender beside contender.
#pragma once

#include <vector>

#include "report/document.h"
#include "report/subject.h"

namespace shootout::report {

/// The seeds' table Metric | baseline | contender | Improvement where a pair was measured; else, where the
/// cell has a leader, and of a spike, one row a contender, with the ranks.
[[nodiscard]] std::vector<Table> scenario_tables(const Subject& subject, const suite::Load& load,
                                                 const suite::Scenario& scenario);

/// Whose trials did not all count, or do not rank; whose server was another.
[[nodiscard]] std::vector<Text> scenario_notes(const Subject& subject, const suite::Load& load,
                                               const suite::Scenario& scenario);

}  // namespace shootout::report
