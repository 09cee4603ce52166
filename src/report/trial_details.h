// What a trial holds beside its metrics, as CSV and JSON show it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "suite/record.h"

namespace shootout::report {

/// Requests without a good answer by class ("timeout", "unanswered" ...); only classes that occurred.
[[nodiscard]] std::map<std::string, double> errors_by_class(const suite::TrialRecord& trial);

/// Those of requests from before the window, while connections were opened and the load settled.
[[nodiscard]] std::map<std::string, double> errors_before_window(const suite::TrialRecord& trial);

/// The contender whose server it was, where it was another's; else empty.
[[nodiscard]] std::string served_by(const suite::TrialRecord& trial);

/// A spike's phases as they were observed (suite/record.h); null of other loads.
[[nodiscard]] const nlohmann::json& phases_of(const suite::TrialRecord& trial);

}  // namespace shootout::report
