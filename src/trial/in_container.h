// A contender with its placeholders filled for a container.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/error.h"
#include "trial/selection.h"

namespace shootout::trial {

/// As suite::resolve(): the folders are those of its image. Where it is bridged it listens on
/// every address of its container, and finds the services by `host_of` their contenders' names.
Result<suite::Launchable> resolve_in_container(const suite::Contender& contender,
                                               const std::map<std::string, std::string>& overrides,
                                               suite::Values values, const Selection& selection,
                                               const std::function<std::string(const std::string&)>& host_of);

}  // namespace shootout::trial
