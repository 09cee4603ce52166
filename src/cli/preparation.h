// Making the environments that a selection needs, with progress for the person who waits.
#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "launch/environment.h"
#include "trial/selection.h"

namespace shootout::cli {

/// Silent where all are there already; else says on stderr (a terminal, or CI) what is being made.
Result<std::map<std::string, launch::Environment>> prepare_with_progress(const trial::Selection& selection,
                                                                         bool force, bool quiet);

/// py-spy's environment (trial::profiler_tool()).
Result<launch::Environment> prepare_profiler(bool quiet);

}  // namespace shootout::cli
