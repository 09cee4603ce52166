// shootout upstream: the I/O simulator alone.
#pragma once

#include <CLI/App.hpp>

#include "cli/command.h"

namespace shootout::cli {

void add_upstream(CLI::App& app, Chosen& chosen);

}  // namespace shootout::cli
