// A server's life: listen, say so, serve until a signal.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "upstream/server.h"

namespace shootout::upstream {

/// Serves on an IPv4 address until SIGINT or SIGTERM; prints "listening on http://ADDRESS:PORT" to stdout
/// when ready. Port 0: a free one. Fails with ExitCode::environment when the port is taken. Meanwhile the two
/// signals are blocked in this thread.
Result<void> serve_until_ended(const std::string& address, std::uint16_t port, Site site);

}  // namespace shootout::upstream
