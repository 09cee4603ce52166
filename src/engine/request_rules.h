// What the requests of a plan must keep to, whatever their load.
#pragma once

#include <string_view>

#include "engine/error.h"
#include "engine/load_plan.h"

namespace shootout::engine {

/// Whether a URL is one of a WebSocket (RFC 6455 section 3): ws:// or wss://.
[[nodiscard]] bool is_websocket(std::string_view url);

/// Fails (bad_plan) with the first thing that is wrong with the request: its weight, method, target, headers,
/// body or slots.
[[nodiscard]] Result<void> validate_request(const RequestPlan& plan);

/// The same for what a ws:// or wss:// load sends: its mix, which is only the handshake, and its messages.
[[nodiscard]] Result<void> validate_websocket(const LoadPlan& plan);

}  // namespace shootout::engine
