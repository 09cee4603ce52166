// Feeds the answer parser any bytes, whole and in pieces: both readings must agree.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/http_parser.h"

namespace {

using shootout::engine::HttpParser;
using Event = HttpParser::Event;

struct Reading {
  Event end = Event::more;
  int status = 0;
  std::string body, headers, failure;
  std::size_t left = 0;
  bool operator==(const Reading&) const = default;
};

Reading read(std::string_view bytes, bool to_head, bool upgrade, std::size_t piece) {
  HttpParser parser(true);
  parser.begin(to_head, upgrade);
  Reading reading;
  while (reading.end == Event::more && !bytes.empty()) {
    const std::string copy(bytes.substr(0, piece));  // so that the sanitizer sees what is read after its turn
    bytes.remove_prefix(copy.size());
    std::string_view input = copy;
    while ((reading.end = parser.next(input)) == Event::body || reading.end == Event::header) {
      if (reading.end == Event::body && parser.body().empty()) std::abort();
      if (reading.end == Event::body) reading.body += parser.body();
      if (reading.end == Event::header)
        reading.headers.append(parser.name()).append("=").append(parser.value());
    }
    if (reading.end == Event::more && !input.empty()) std::abort();
    reading.left = input.size() + bytes.size();
  }
  if (reading.end == Event::more) reading.end = parser.end_of_input();
  if (reading.end == Event::failed) {
    reading.failure = parser.failure();
    reading.left = 0;
    if (reading.failure.empty()) std::abort();
  }
  reading.status = parser.status();
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool to_head = (data[0] & 1) != 0;
  const bool upgrade = (data[0] & 2) != 0;
  const std::size_t piece = data[0] / 4 + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (read(bytes, to_head, upgrade, bytes.size()) != read(bytes, to_head, upgrade, piece)) std::abort();
  return 0;
}
