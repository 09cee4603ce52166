// What a request asks for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "engine/clock.h"

namespace shootout::upstream {

/// GET /health
struct Health {};
/// GET /stats
struct Stats {};
/// POST /stats/reset
struct StatsReset {};
/// GET /slow-io?delay=S&request_id=ID
struct SlowIo {
  double delay_s = 0;             ///< 0 to 30, as given
  engine::Nanoseconds delay = 0;  ///< the same, rounded up
  std::string request_id;         ///< as JSON, quotes included; "" when none was given
};
/// Of the ceiling server, any request.
struct Filler {
  std::uint64_t bytes = 0;  ///< of the body
  std::uint64_t work = 0;   ///< rounds to be done before the answer
};
/// Of the ceiling server: the connection becomes a WebSocket that echoes.
struct Upgrade {
  std::string key;
};
/// Anything else: an answer of status 400, 404 or 405.
struct Refusal {
  int status = 400;
  std::string body;        ///< JSON: {"error": ...}, and "parameter" where one is wrong
  std::string_view allow;  ///< of a 405: the methods that are allowed
};

using Endpoint = std::variant<Health, Stats, StatsReset, SlowIo, Filler, Upgrade, Refusal>;

inline constexpr double kMaxDelay = 30;            ///< seconds
inline constexpr std::size_t kMaxRequestId = 256;  ///< characters

/// What a request asks the simulator for. HEAD counts as GET. The target may be in absolute form (RFC
/// 9112, 3.2.2).
[[nodiscard]] Endpoint find_endpoint(std::string_view method, std::string_view target);

/// {"error": MESSAGE}; the message is plain text of ours.
[[nodiscard]] std::string error_json(std::string_view message);

}  // namespace shootout::upstream
