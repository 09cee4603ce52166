// Any text as a URL: what is accepted must be fit for a request line and a Host header.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto url = shootout::engine::parse_url({reinterpret_cast<const char*>(data), size});
  if (!url) {
    if (url.error().what.empty()) std::abort();
    return 0;
  }
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (url->host.empty() || url->port == 0 || !url->target.starts_with('/')) std::abort();
  if (!std::ranges::all_of(url->target, visible) || !std::ranges::all_of(url->authority, visible))
    std::abort();
  const std::string scheme = std::string(url->websocket ? "ws" : "http") + (url->tls ? "s" : "");
  const auto again = shootout::engine::parse_url(scheme + "://" + url->authority + url->target);
  if (!again || again->host != url->host || again->port != url->port || again->target != url->target ||
      again->tls != url->tls || again->websocket != url->websocket || again->authority != url->authority)
    std::abort();
  return 0;
}
