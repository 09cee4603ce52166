// What comes before a steady load's trials in each replicate: its requests checked, its rate come to rest,
// the generator's ceiling measured, the running server looked at.
#pragma once

#include "base/error.h"
#include "trial/measure.h"

namespace shootout::trial {

/// A few requests of the cell, one after the other, all checked, and the rows that they claim counted; of a
/// WebSocket also what else it must echo. The error (exit code 3) says what was wrong.
Result<void> verify_cell(const Bench& bench, const CellName& name, const suite::Launchable& contender);

/// Offers the cell's load until its rate is at rest: for the load's warm_up, and on, up to five times that,
/// as long as MSER-5 would leave out more than half of it. The ceiling is measured once a cell, and again
/// where answers are of another length.
Result<WarmedUp> warm_up(Bench& bench, const CellName& name, const suite::Launchable& contender);

}  // namespace shootout::trial
