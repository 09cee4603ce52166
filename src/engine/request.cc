#include "engine/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/http_syntax.h"

namespace shootout::engine {

Request make_request(const LoadPlan& plan, const Url& url) {
  Request request;
  request.is_head = plan.method == "HEAD";
  auto out = std::back_inserter(request.bytes);
  fmt::format_to(out, "{} {} HTTP/1.1\r\n", plan.method, url.target);
  const auto names_host = [](const auto& header) { return same_text(header.first, "host"); };
  if (std::ranges::none_of(plan.headers, names_host)) fmt::format_to(out, "Host: {}\r\n", url.authority);
  for (const auto& [name, value] : plan.headers) {
    fmt::format_to(out, "{}: {}\r\n", name, value);
    if (same_text(name, "connection") && same_text(trimmed(value), "close")) request.asks_close = true;
  }
  const bool has_content = plan.method == "POST" || plan.method == "PUT" || plan.method == "PATCH";
  if (has_content || !plan.body.empty()) fmt::format_to(out, "Content-Length: {}\r\n", plan.body.size());
  request.bytes += "\r\n";
  request.bytes += plan.body;
  return request;
}

}  // namespace shootout::engine
