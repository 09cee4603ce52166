// A running contender, as it shows itself: its processes, and one of its answers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "launch/server_set.h"
#include "suite/contender.h"

namespace shootout::trial {

/// What observe/portrait.h tells; `processes_claimed` by contender.yaml; and `answer`: {bytes, head_bytes,
/// date, server, connection, content_encoding, content_type} of a GET of the target, whose slots are filled
/// by sample_target(). A header that is not there is absent, `answer` itself where nothing came.
[[nodiscard]] nlohmann::json portrait_of(const launch::Server& server, const suite::Launchable& contender,
                                         const std::string& target);

/// The target with each of the engine's slots filled by the lowest value it can take.
[[nodiscard]] std::string sample_target(const std::string& target);

}  // namespace shootout::trial
