// A plan's request as bytes, made once for all connections.
#pragma once

#include <string>

#include "engine/load_plan.h"
#include "engine/url.h"

namespace shootout::engine {

struct Request {
  std::string bytes;
  bool is_head = false;     ///< its answer has no body
  bool asks_close = false;  ///< it tells the server to close after the answer
};

/// An HTTP/1.1 request (RFC 9112 section 3) with the plan's headers, Host (unless the plan has its own) and,
/// where there is a body or the method has one by its nature, Content-Length. The plan must be valid.
[[nodiscard]] Request make_request(const LoadPlan& plan, const Url& url);

}  // namespace shootout::engine
