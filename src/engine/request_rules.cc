#include "engine/request_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "engine/generated_body.h"
#include "engine/http_syntax.h"
#include "engine/prepared_request.h"
#include "engine/utf8.h"

namespace shootout::engine {
namespace {

constexpr double kHeaviest = 1e12;
constexpr unsigned kMostInFlight = 10'000;

std::unexpected<Error> bad_request(std::string what, std::string remedy = {}) {
  return std::unexpected(Error{Error::Kind::bad_plan, std::move(what), std::move(remedy)});
}

Result<void> validate_target(std::string_view target) {
  if (target.empty()) return {};
  if (!target.starts_with('/')) {
    return bad_request(fmt::format("the target '{}' does not begin with '/'", printable(target)),
                       "a target is a path and a query; all go to the host of the load's URL");
  }
  if (target.find('#') != std::string_view::npos) {
    return bad_request(fmt::format("the target '{}' has a fragment", printable(target)),
                       "leave out what follows the '#': it never goes to a server");
  }
  if (!std::ranges::all_of(target, [](char c) { return c > ' ' && c < '\x7f'; })) {
    return bad_request(
        fmt::format("the target '{}' holds a space, a control or a non-ASCII character", printable(target)),
        "percent-encode it: %20 for a space");
  }
  return {};
}

Result<void> validate_headers(const RequestPlan& plan) {
  for (const auto& [name, value] : plan.headers) {
    if (!is_token(name)) {
      return bad_request(fmt::format("'{}' is no header name", printable(name)),
                         "write headers as 'Name: value'");
    }
    if (!is_value(value)) {
      return bad_request(fmt::format("the header {} has a control character in its value", name));
    }
    const bool is_length = same_text(name, "content-length") || same_text(name, "transfer-encoding");
    const bool is_boundary = same_text(name, "content-type") && plan.body.kind == BodyPlan::Kind::multipart;
    if (is_length || is_boundary) {
      return bad_request(fmt::format("the header {} is not yours to set", name), "it follows from the body");
    }
  }
  return {};
}

Result<void> validate_body(const RequestPlan& plan) {
  const BodyPlan& body = plan.body;
  const bool is_generated = body.kind != BodyPlan::Kind::text;
  if (plan.method == "TRACE" && (is_generated || !body.text.empty())) {
    return bad_request("a TRACE request has no body");  // RFC 9110 section 9.3.8
  }
  if (!is_generated) return {};
  if (body.size > GeneratedBody::kLongest) {
    return bad_request(fmt::format("an upload of {} bytes", body.size),
                       fmt::format("take at most {}", GeneratedBody::kLongest));
  }
  if (body.variants == 0 || body.variants > GeneratedBody::kMostVariants) {
    return bad_request(fmt::format("{} variants of an upload", body.variants),
                       fmt::format("take 1 to {}", GeneratedBody::kMostVariants));
  }
  if (body.field.empty()) return bad_request("the field of a multipart body has no name");
  if (!is_value(body.field) || !is_value(body.file_name)) {
    return bad_request("a control character in the names of a multipart body");
  }
  return {};
}

}  // namespace

bool is_websocket(std::string_view url) {
  const auto scheme = url.substr(0, url.find("://"));
  return scheme.size() < url.size() && (same_text(scheme, "ws") || same_text(scheme, "wss"));
}

Result<void> validate_request(const RequestPlan& plan) {
  if (!(plan.weight > 0 && plan.weight <= kHeaviest)) {
    return bad_request(fmt::format("a weight of {}", plan.weight), "take more than 0");
  }
  if (!is_token(plan.method)) {
    return bad_request(fmt::format("'{}' is no HTTP method", printable(plan.method)));
  }
  if (plan.method == "CONNECT") {
    return bad_request("the method CONNECT asks for a tunnel, not for an answer");
  }
  if (auto target = validate_target(plan.target); !target) return target;
  if (auto headers = validate_headers(plan); !headers) return headers;
  if (auto body = validate_body(plan); !body) return body;
  const auto prepared = PreparedRequest::make(plan, Url{}, 0);
  if (!prepared) return std::unexpected(prepared.error());
  return {};
}

Result<void> validate_websocket(const LoadPlan& plan) {
  const RequestPlan& handshake = plan.mix.front();
  if (plan.mix.size() != 1) {
    return bad_request("a WebSocket load with several requests", "its messages are its requests");
  }
  const bool has_body = handshake.body.kind != BodyPlan::Kind::text || !handshake.body.text.empty();
  if (handshake.method != "GET" || has_body) {
    return bad_request("a WebSocket load with a method or a body", "give the message to send instead");
  }
  for (const auto& [name, value] : handshake.headers) {
    for (const char* own : {"connection", "upgrade", "sec-websocket-key", "sec-websocket-version",
                            "sec-websocket-extensions"}) {
      if (same_text(name, own)) {
        return bad_request(fmt::format("the header {} is not yours to set", name),
                           "it belongs to the WebSocket handshake");
      }
    }
  }
  const WebSocketPlan& websocket = plan.websocket;
  if (websocket.size > GeneratedBody::kLongest) {
    return bad_request(fmt::format("a message of {} bytes", websocket.size),
                       fmt::format("take at most {}", GeneratedBody::kLongest));
  }
  if (Utf8Validator utf8;
      websocket.size == 0 && !websocket.binary &&
      (utf8.accept(websocket.message) < websocket.message.size() || !utf8.at_boundary())) {
    return bad_request(fmt::format("the text message '{}' is no UTF-8", printable(websocket.message)),
                       "send it as a binary message");
  }
  if (websocket.in_flight == 0 || websocket.in_flight > kMostInFlight) {
    return bad_request(fmt::format("{} messages in flight", websocket.in_flight),
                       fmt::format("take 1 to {}", kMostInFlight));
  }
  for (const Check& check : plan.checks) {
    if (check.kind == Check::Kind::header_equals) {
      return bad_request(fmt::format("a check of the header {} on messages", printable(check.name)),
                         "messages have no headers");
    }
  }
  return {};
}

}  // namespace shootout::engine
