// A suite's servers as a Compose file, for those who want to run them by hand.
#pragma once

#include <string>

#include "base/error.h"
#include "trial/selection.h"

namespace shootout::trial {

/// The selection's services, companions and contenders on a network of their own, their own ports published
/// on 127.0.0.1, started in order and with health checks: YAML that Compose v2 and docker-compose 1.27
/// to 1.29 read (https://docs.docker.com/reference/compose-file/). Everybody in the selection must be
/// bridged. The file belongs into a folder beside `contenders`.
Result<std::string> compose_text(const Selection& selection);

}  // namespace shootout::trial
