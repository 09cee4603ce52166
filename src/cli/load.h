// shootout load: the engine alone, on one URL.
#pragma once

#include <CLI/App.hpp>

#include "cli/command.h"

namespace shootout::cli {

void add_load(CLI::App& app, Chosen& chosen);

}  // namespace shootout::cli
