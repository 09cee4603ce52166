// Does a contender answer correctly? Asked before any load.
#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "suite/suite.h"

namespace shootout::trial {

/// URLs of the services by name, e.g. upstream.
using ServiceUrls = std::map<std::string, std::string>;

/// Every verification of the suite, and a request in three packets. The number of checks that were made; the
/// error (exit code 3) names the contender, the request, what was expected and what came.
Result<int> verify(const suite::Suite& suite, const suite::Launchable& contender,
                   const ServiceUrls& services);

}  // namespace shootout::trial
