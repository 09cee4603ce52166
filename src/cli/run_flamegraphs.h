// `run --flamegraphs`: after the trials of a run, and apart from them, one flamegraph a contender and
// scenario.
#pragma once

#include <string>

#include "base/error.h"
#include "trial/run.h"

namespace shootout::cli {

/// Into RUN/flamegraphs/CONTENDER-SCENARIO.svg, with their folder told on stderr. Where one cannot be had,
/// why; the exit code is then that of the worst. A contender that is no Python program of ours has none,
/// which is no failure.
ExitCode take_flamegraphs(const trial::Selection& selection, const std::string& run_id,
                          const trial::RunOptions& options, bool quiet);

}  // namespace shootout::cli
