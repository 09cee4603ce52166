// Any bytes as requests to the upstream, whole and in two pieces: both ways come to the same end.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "upstream/request_parser.h"

namespace {

using shootout::upstream::RequestParser;

// What a sequence of requests came to: their methods and targets, and the status of the one that was refused.
std::string outcome(std::string_view first, std::string_view second) {
  RequestParser parser;
  std::string seen, input(first);
  for (int piece = 0; piece < 2; ++piece) {
    if (piece == 1) input.append(second);
    std::string_view rest = input;
    for (;;) {
      const auto result = parser.parse(rest);
      if (result == RequestParser::Outcome::rejected) return seen + "!" + std::to_string(parser.status());
      if (result == RequestParser::Outcome::incomplete) break;
      if (result == RequestParser::Outcome::complete)
        seen += parser.request().method + parser.request().target + "\n";
    }
    input.erase(0, input.size() - rest.size());
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t cut = data[0] % (text.size() + 1);
  if (outcome(text, "") != outcome(text.substr(0, cut), text.substr(cut))) std::abort();
  return 0;
}
