// The options by which several commands choose a part of a suite.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "trial/selection.h"

namespace shootout::cli {

/// --contenders-dir and --suites-dir.
void add_places(CLI::App& command, trial::Places& places);

/// SUITE, --contenders, --set, --baseline and the places. With `with_load`, also --profile, --scenarios,
/// --loads and
/// --repeat.
void add_selection(CLI::App& command, trial::Choice& choice, bool with_load);

}  // namespace shootout::cli
