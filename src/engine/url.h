// A target's URL taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error.h"

namespace shootout::engine {

/// scheme://host[:port][/path][?query] (RFC 3986) with the scheme http, https (RFC 9110 section 4.2), ws or
/// wss (RFC 6455 section 3).
struct Url {
  bool tls = false;          ///< https or wss
  bool websocket = false;    ///< ws or wss
  std::string host;          ///< a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 80;   ///< 443 with TLS where the URL names none
  std::string target = "/";  ///< path and query, as they go into the request line
  std::string authority;     ///< host[:port] as the Host header has it (RFC 9112 section 3.2): without the
                             ///< scheme's own port
};

/// Fails (bad_plan) with what is wrong: no scheme, another one than those four, no host, a port outside 1 to
/// 65535, user information, characters that must be percent-encoded. A fragment is dropped: it never goes to
/// a server.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace shootout::engine
