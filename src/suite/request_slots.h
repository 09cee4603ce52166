// Slots: the places in a request's texts that the engine fills anew for each request (engine/load_plan.h has
// their grammar). This module knows them by their ':' or by the name uuid, and hands them on untouched.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "suite/contender.h"

namespace shootout::suite {

/// The names of the slots that a request's target has: n of {n:1..1000}, and uuid.
[[nodiscard]] std::vector<std::string> slots_in(const std::string& target);

/// What is wrong with the slots of a request's target, a sentence each.
[[nodiscard]] std::vector<std::string> slot_mistakes(const std::string& target);

/// What is wrong with the slots of an expected value, for a request whose target has `slots`.
[[nodiscard]] std::vector<std::string> slot_mistakes(const std::string& expected,
                                                     const std::vector<std::string>& slots);

/// As fill(), for a text that the engine reads: slots stay, and so do the names among `slots`; a brace that
/// is meant as one is doubled.
Result<std::string> fill_for_engine(const std::string& text, const Values& values,
                                    const std::vector<std::string>& slots);

/// The JSON text that a text for the engine stands for: itself where it is JSON once its slots are filled,
/// else a JSON string.
[[nodiscard]] std::string json_text_with_slots(const std::string& text);

}  // namespace shootout::suite
