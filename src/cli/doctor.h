// How `doctor` says what it found.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/doctor_checks.h"

namespace shootout::cli {

/// A line a check (state, name, fact), with its remedy in a line of its own, and a last line with the sum;
/// broken at `width` columns.
[[nodiscard]] std::string doctor_text(const std::vector<Check>& checks, bool colour, int width);

/// {"schema": "shootout.doctor/1", "checks": [{name, state, fact, remedy}], "machine": {...}}
[[nodiscard]] nlohmann::ordered_json doctor_json(const std::vector<Check>& checks,
                                                 const nlohmann::json& machine);

/// `environment` where something is wrong; warnings are no failure.
[[nodiscard]] ExitCode doctor_exit_code(const std::vector<Check>& checks);

}  // namespace shootout::cli
