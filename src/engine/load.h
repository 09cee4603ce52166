// The engine's one entry: offers a load and tells what came of it.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/error.h"
#include "engine/load_plan.h"
#include "engine/load_result.h"

namespace shootout::engine {

/// How a load goes so far.
struct LoadProgress {
  double elapsed_s = 0;                      ///< since the load began, settling included
  std::uint64_t started = 0, completed = 0;  ///< inside the window
  double rate_rps = 0;                       ///< completed a second, since the last report
  std::uint64_t errors = 0;
  std::uint64_t connections = 0;  ///< open
  bool window_begun = false;      ///< else it opens its connections, or settles
  double p50_us = 0, p99_us = 0;  ///< since the last report, to 1 %; 0 where nothing completed
};

/// How the caller takes part while the load runs. Both may be empty; both are called in the caller's thread.
struct RunControl {
  std::function<bool()> stop_asked;  ///< asked about 20 times a second; true ends the load early
  std::function<void(const LoadProgress&)> on_progress;  ///< about 4 times a second
};

/// Offers the load and waits for its end: the plan's threads each run an event loop over their connections.
/// A load by duration settles, then counts what it sends inside the window, then sends nothing more and waits
/// for the answers under way, each up to its timeout. A counted load ends with its last answer. Fails before
/// any load is offered: bad_plan, unreachable, limits; or, where the kernel refuses an event loop, system.
/// Whatever goes wrong later is in the result. Raises this process's soft limit of open files where it must.
[[nodiscard]] Result<LoadResult> run_load(const LoadPlan& plan, const RunControl& control = {});

}  // namespace shootout::engine
