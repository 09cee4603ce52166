#include "upstream/ceiling.h"

#include <algorithm>
#include <charconv>

#include "upstream/serving.h"

namespace shootout::upstream {
namespace {

// The number, where the text is one in range.
void take_number(std::string_view text, std::uint64_t most, std::uint64_t& number) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value <= most) number = value;
}

}  // namespace

Filler find_filler(std::string_view target, const CeilingOptions& options) {
  constexpr std::string_view kBytes = "bytes=", kWork = "work=";
  Filler filler{options.bytes, options.work};
  const auto question = target.find('?');
  if (question == std::string_view::npos) return filler;
  auto query = target.substr(question + 1);
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.starts_with(kBytes)) take_number(pair.substr(kBytes.size()), kMaxFillerBytes, filler.bytes);
    if (pair.starts_with(kWork)) take_number(pair.substr(kWork.size()), kMaxWork, filler.work);
  }
  return filler;
}

Result<void> serve_ceiling(const CeilingOptions& options) {
  return serve_until_ended(options.address, options.port,
                           {"shootout-ceiling", [options](const Request& request) -> Endpoint {
                              if (!request.websocket_key.empty()) return Upgrade{request.websocket_key};
                              return find_filler(request.target, options);
                            }});
}

}  // namespace shootout::upstream
