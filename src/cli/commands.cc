#include "cli/commands.h"

namespace shootout::cli {

void add_commands(CLI::App& app, Chosen& chosen) {
  add_run(app, chosen);
  add_report(app, chosen);
  add_compare(app, chosen);
  add_profile(app, chosen);
  add_list(app, chosen);
  add_check(app, chosen);
  add_doctor(app, chosen);
  add_prepare(app, chosen);
  add_up(app, chosen);
  add_down(app, chosen);
  add_status(app, chosen);
  add_logs(app, chosen);
  add_restart(app, chosen);
  add_stats(app, chosen);
  add_exec(app, chosen);
  add_compose(app, chosen);
  add_clean(app, chosen);
  add_load(app, chosen);
  add_upstream(app, chosen);
  add_selftest(app, chosen);
  add_ceiling(app, chosen);
}

}  // namespace shootout::cli
