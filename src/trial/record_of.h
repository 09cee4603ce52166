// A run's record: what was chosen, on which machine, with which versions; and the way back from a record.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "suite/record.h"
#include "trial/pinning.h"
#include "trial/run.h"
#include "trial/selection.h"

namespace shootout::trial {

/// Where a run keeps its logs and temporary data: HOME/runs/ID.
[[nodiscard]] std::filesystem::path run_folder(const std::string& run_id);

/// The record of a run that begins now.
Result<suite::RunRecord> new_record(const Selection& selection, const Choice& choice,
                                    const RunOptions& options, const Pinning& pinning, std::uint64_t seed);

/// What a stored run was asked to do, for going on with it.
struct Stored {
  Choice choice;
  Selection selection;
  bool own_ports = false;
  std::string pin;
};

/// `postgres`: the URL of the user's own server once more, of which the record has no password. Fails where a
/// contender's folder is gone or defines something else now.
Result<Stored> selection_of(const suite::RunRecord& run, const Places& places,
                            const std::string& postgres = {});

}  // namespace shootout::trial
