// The options by which several commands choose a part of a suite.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "launch/docker_image.h"
#include "trial/selection.h"

namespace shootout::cli {

/// --contenders-dir and --suites-dir.
void add_places(CLI::App& command, trial::Places& places);

/// --backend, --network, --base-image, --certificates. With `both_at_once`, --backend takes several.
void add_backends(CLI::App& command, trial::Choice& choice, launch::ImageOptions& images, bool both_at_once);

/// SUITE, --contenders, --set, --baseline and the places. With `with_load`, also --profile, --scenarios,
/// --loads and
/// --repeat.
void add_selection(CLI::App& command, trial::Choice& choice, bool with_load);

}  // namespace shootout::cli
