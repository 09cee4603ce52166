// Slots: the places in a request's texts that the engine fills anew for each request (engine/load_plan.h has
// their grammar). This module knows them by their ':' or by the name uuid, and hands them on untouched.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/placeholders.h"
#include "suite/suite.h"

namespace shootout::suite {

/// The names of the slots that a text of a request has: n of {n:1..1000}, and uuid.
[[nodiscard]] std::vector<std::string> slots_in(const std::string& text, Braces braces = Braces::strict);

/// Those of all of the request's texts: target, headers, body and message.
[[nodiscard]] std::vector<std::string> slots_of(const RequestSpec& request);

/// What the checks of the request may name: its slots and, where it has a body, body.sha256 and body.size.
[[nodiscard]] std::vector<std::string> names_for_checks(const RequestSpec& request);

/// What is wrong with the slots of a request's text, a sentence each. `seen` are the slots of its texts
/// before, as they are written there; this text's are added.
[[nodiscard]] std::vector<std::string> slot_mistakes(const std::string& text, Braces braces,
                                                     std::map<std::string, std::string>& seen);

/// What is wrong with the slots of an expected value, whose check may name `names`.
[[nodiscard]] std::vector<std::string> slot_mistakes(const std::string& expected,
                                                     const std::vector<std::string>& names);

/// The name of the slot that the text is, from its beginning to its end: n of "{n:1..1000}". Nothing where it
/// is none.
[[nodiscard]] std::optional<std::string> slot_that_is(const std::string& text);

/// As fill(), for a text that the engine reads: slots stay, and so do the names among `slots`; a brace that
/// is meant as one is doubled. A placeholder that `slot_values` has becomes the slot there.
Result<std::string> fill_for_engine(const std::string& text, const Values& values,
                                    const std::vector<std::string>& slots, Braces braces = Braces::strict,
                                    const Values& slot_values = {});

/// The JSON text that a text for the engine stands for: itself where it is JSON once its slots are filled,
/// else a JSON string.
[[nodiscard]] std::string json_text_with_slots(const std::string& text);

}  // namespace shootout::suite
