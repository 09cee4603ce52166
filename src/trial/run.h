// A run: the whole plan, trial by trial, into the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "launch/environment.h"
#include "store/store.h"
#include "trial/events.h"
#include "trial/pinning.h"
#include "trial/selection.h"
#include "trial/stage.h"

namespace shootout::trial {

struct RunOptions {
  std::optional<std::uint64_t> seed;                        ///< of the plan's order; drawn where absent
  bool own_ports = false;                                   ///< insist on the contenders' own ports
  std::string pin = "auto";                                 ///< as choose_pinning() takes it
  std::map<std::string, launch::Environment> environments;  ///< of everything in the selection, complete
  Containers containers;                                    ///< likewise of what runs in containers
  std::function<bool()> stop_asked;
  Listener listener;
};

struct RunOutcome {
  std::string run_id;
  suite::RunState state = suite::RunState::finished;
  ExitCode code = ExitCode::done;  ///< invalid (4) where a planned trial has no valid attempt
  std::optional<Error> error;      ///< why the run did not finish; what was measured until then is stored
};

/// Measures a selection, for which make_room() was called. An error is returned only where no run began;
/// afterwards the outcome tells.
Result<RunOutcome> run(const Selection& selection, const Choice& choice, store::Store& store,
                       const RunOptions& options);

/// Goes on with a run that was cut off: the same plan and seed, without the trials that are already there.
/// `selection` must be the run's own (record_of.h: selection_of()).
Result<RunOutcome> resume(const suite::RunRecord& record, const Selection& selection, store::Store& store,
                          const RunOptions& options);

}  // namespace shootout::trial
