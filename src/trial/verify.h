// Does a contender answer correctly? Asked before any load.
#pragma once

#include "base/error.h"
#include "observe/database.h"
#include "trial/selection.h"
#include "trial/stage.h"

namespace shootout::trial {

/// The selection's verifications that this server (a contender or a companion) has to meet: those of
/// everybody, unless it is a companion, and those of the scenarios that it serves, for itself or for another;
/// then a request in three packets. `database`: of the service postgres; may be null where there is none. The
/// number of checks that were made; the error (exit code 3) names the contender, the request, what was
/// expected and what came.
Result<int> verify(const Selection& selection, const Stage& stage, const suite::Launchable& server,
                   observe::Database* database);

/// The database of the stage's service postgres; nothing where it has none.
Result<std::optional<observe::Database>> open_database(const Stage& stage);

}  // namespace shootout::trial
