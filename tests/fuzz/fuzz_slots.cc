// Any text as one with slots, or as a file of targets: what is accepted can be filled, always alike.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/request_rules.h"
#include "engine/request_source.h"
#include "engine/slots.h"
#include "engine/targets.h"

namespace {

using namespace shootout::engine;

void expect(bool holds) {
  if (!holds) std::abort();
}

void fill(std::string_view input) {
  auto text = SlotText::parse(input);
  if (!text) return expect(!text.error().what.empty());
  SlotSet slots(1);
  if (const auto defined = slots.define({&*text}); !defined) return expect(!defined.error().what.empty());
  std::string once, again;
  slots.append(*text, 7, once);
  slots.append(*text, 7, again);
  expect(once == again);
  if (text->is_constant()) expect(once == text->constant() && once.size() <= input.size());
}

void make(const std::vector<RequestPlan>& mix) {
  LoadPlan plan;
  plan.url = "http://h/";
  plan.mix = mix;
  const auto source = RequestSource::make(plan, *parse_url(plan.url));
  expect(source.has_value());
  RequestMaker one(*source), other(*source);
  for (Ticket ticket = 0; ticket < 4; ++ticket) {
    const WireRequest& request = one.make(ticket);
    std::string bytes, same;
    for (const auto piece : request.pieces) bytes += piece;
    for (const auto piece : other.make(ticket).pieces) same += piece;
    expect(bytes == same && bytes.size() == request.size);
    // A line of the file makes a line of the request, and no more.
    const auto end = bytes.find("\r\n");
    expect(bytes.substr(0, end).ends_with(" HTTP/1.1") && bytes.find("\r\n\r\n") != std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    fill(input);
    return 0;
  }
  const auto requests = parse_targets(
      input, "targets", [](const std::string& path) -> Result<std::string> { return "{n:1..9}" + path; });
  if (!requests) {
    expect(!requests.error().what.empty());
    return 0;
  }
  for (const RequestPlan& request : *requests) expect(validate_request(request).has_value());
  make(*requests);
  return 0;
}
