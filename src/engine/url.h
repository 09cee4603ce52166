// A target's URL taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error.h"

namespace shootout::engine {

/// http://host[:port][/path][?query] (RFC 3986, RFC 9110 section 4.2.1).
struct Url {
  std::string host;  ///< a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 80;
  std::string target = "/";  ///< path and query, as they go into the request line
  std::string authority;     ///< host[:port] as the Host header has it (RFC 9112 section 3.2)
};

/// Fails (bad_plan) with what is wrong: no scheme, another scheme than http, no host, a port outside 1 to
/// 65535, user information, characters that must be percent-encoded. A fragment is dropped: it never goes to
/// a server.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace shootout::engine
