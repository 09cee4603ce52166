// The ceiling server: the least that a server can do. The rate that it reaches under a load is the most that
// the generator can tell of any contender under that load.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "upstream/endpoints.h"

namespace shootout::upstream {

inline constexpr std::uint64_t kMaxFillerBytes = 64 << 20;
inline constexpr std::uint64_t kMaxWork = 1'000'000'000;  ///< rounds: seconds a request

struct CeilingOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8009;  ///< 0: a free one
  std::uint64_t bytes = 2;    ///< of an answer's body: "ok", and so on; at most kMaxFillerBytes
  std::uint64_t work = 0;     ///< rounds of do_work() a request; at most kMaxWork
};

/// As serve() of the simulator, but every legal request is answered with 200 and text/plain, whatever its
/// method, path and body. `bytes=N` and `work=N` in a request's query take the options' place for it; other
/// values are passed over. A request for a WebSocket gets one, which echoes all messages.
Result<void> serve_ceiling(const CeilingOptions& options);

/// What a request asks of the ceiling server.
[[nodiscard]] Filler find_filler(std::string_view target, const CeilingOptions& options);

}  // namespace shootout::upstream
