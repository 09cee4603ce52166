// Records as rows of the database, and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/database.h"
#include "suite/record.h"

namespace shootout::store {

[[nodiscard]] std::string name_of(suite::RunState state);
[[nodiscard]] suite::RunState state_of(const std::string& name);

Result<void> insert(const Database& database, const suite::RunRecord& run);
Result<void> insert(const Database& database, const std::string& run_id, const suite::TrialRecord& trial);

/// Without its trials; nothing where there is no such run. A column that is no JSON is damage (exit code 5).
Result<std::optional<suite::RunRecord>> read_run(const Database& database, const std::string& id);
/// In the order of numbers and attempts.
Result<std::vector<suite::TrialRecord>> read_trials(const Database& database, const std::string& run_id);

}  // namespace shootout::store
