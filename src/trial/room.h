// What a run's loads need of the machine, before any server is started.
#pragma once

#include "base/error.h"
#include "trial/selection.h"

namespace shootout::trial {

/// Makes room for the most connections of the selection's loads: raises this process's soft limit of open
/// files where it is too low, up to the hard one; guardian, servers and generator inherit it. Fails (exit
/// code 5, with the remedy) where the hard limit is too low, or where a contender on another machine would
/// need more local ports than the kernel gives out.
Result<void> make_room(const Selection& selection);

}  // namespace shootout::trial
