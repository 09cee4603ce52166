// A flamegraph's samples: servers under load, looked at by a profiler. Trials of their own, since a server
// that is looked at is slower; nothing here is a measurement.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/environment.h"
#include "trial/events.h"
#include "trial/plan.h"
#include "trial/selection.h"
#include "trial/stage.h"

namespace shootout::trial {

struct ProfileOptions {
  unsigned seconds = 30;                                    ///< of load that is looked at, for each cell
  std::map<std::string, launch::Environment> environments;  ///< of everything in the selection, complete
  launch::Environment profiler;                             ///< of profiler_tool()
  std::string pin = "auto";                                 ///< as choose_pinning() takes it
  std::uint64_t seed = 1;                                   ///< of the load
  StageOptions stage;                                       ///< name, folder and logs; the rest is seen to
  Listener listener;
  std::function<bool()> stop_asked;
};

struct Profile {
  std::string contender, scenario, load;
  std::string folded;   ///< stacks as py-spy writes them (report/folded_stacks.h); may be empty
  bool native = false;  ///< frames of C, C++ and Rust are among them
  unsigned lost = 0;    ///< samples that could not be taken
  unsigned connections = 0;
  std::uint64_t succeeded = 0, failed = 0;  ///< requests
  std::string note;                         ///< what the reader must know; empty where all is well
};

/// What became of one cell.
using ProfileListener = std::function<void(const CellName&, const Result<Profile>&)>;

/// py-spy as something to be prepared: launch::prepare() makes its environment.
[[nodiscard]] suite::Contender profiler_tool();

/// A contender that somebody else serves cannot be looked at (exit code 2).
Result<void> can_be_profiled(const suite::Contender& contender);

/// The first of the selection's loads that has a cell for the scenario. Exit code 2 where none has.
Result<CellName> first_cell(const Selection& selection, const std::string& scenario);

/// Raises the selection's one contender, verifies it, and for each cell warms it up and offers its load (the
/// highest level of a spike; fixed work again and again) with py-spy beside it. Each cell's outcome goes to
/// `on_profile`; the error is one that leaves nothing to go on with: no server, a wrong answer before any
/// load, an interruption.
Result<void> profile(const Selection& selection, const std::vector<CellName>& cells,
                     const ProfileOptions& options, const ProfileListener& on_profile);

}  // namespace shootout::trial
