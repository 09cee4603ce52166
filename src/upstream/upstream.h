// The I/O simulator: a server that answers after a delay, and counts.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace shootout::upstream {

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8001;  ///< 0: a free one
};

/// Serves until SIGINT or SIGTERM; prints "listening on http://ADDRESS:PORT" to stdout when ready.
/// Endpoints: GET /health, GET /slow-io?delay=S&request_id=ID (S from 0 to 30), GET /stats, POST
/// /stats/reset. Fails with ExitCode::environment when the port is taken. Meanwhile the two signals are
/// blocked in this thread.
Result<void> serve(const Options& options);

}  // namespace shootout::upstream
