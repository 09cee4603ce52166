// Every command, in the order of the help.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/command.h"

namespace shootout::cli {

void add_run(CLI::App& app, Chosen& chosen);
void add_report(CLI::App& app, Chosen& chosen);
void add_compare(CLI::App& app, Chosen& chosen);
void add_profile(CLI::App& app, Chosen& chosen);
void add_list(CLI::App& app, Chosen& chosen);
void add_check(CLI::App& app, Chosen& chosen);
void add_prepare(CLI::App& app, Chosen& chosen);
void add_up(CLI::App& app, Chosen& chosen);
void add_down(CLI::App& app, Chosen& chosen);
void add_status(CLI::App& app, Chosen& chosen);
void add_logs(CLI::App& app, Chosen& chosen);
void add_restart(CLI::App& app, Chosen& chosen);
void add_compose(CLI::App& app, Chosen& chosen);
void add_exec(CLI::App& app, Chosen& chosen);
void add_stats(CLI::App& app, Chosen& chosen);
void add_clean(CLI::App& app, Chosen& chosen);
void add_load(CLI::App& app, Chosen& chosen);
void add_upstream(CLI::App& app, Chosen& chosen);
void add_selftest(CLI::App& app, Chosen& chosen);
void add_ceiling(CLI::App& app, Chosen& chosen);
void add_doctor(CLI::App& app, Chosen& chosen);

void add_commands(CLI::App& app, Chosen& chosen);

}  // namespace shootout::cli
