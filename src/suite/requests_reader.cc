// What a suite says of requests and of their answers.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "suite/limits.h"
#include "suite/placeholders.h"
#include "suite/request_slots.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

// A target or a count: its placeholders are filled later, but its braces must be whole.
std::string read_template(const YamlValue& value) {
  std::string text = value.text();
  if (auto names = placeholders_in(text); !names) value.complain(names.error().what);
  return text;
}

void complain_of(const YamlValue& place, const std::vector<std::string>& mistakes) {
  for (const auto& mistake : mistakes) place.complain(mistake);
}

std::string read_target(const YamlValue& value) {
  std::string target = read_template(value);
  complain_of(value, slot_mistakes(target));
  return target;
}

bool is_pointer(const std::string& text) {
  try {
    return text.starts_with('/') && !nlohmann::json::json_pointer(text).empty();
  } catch (const nlohmann::json::exception&) {  // a '~' that is neither ~0 nor ~1
    return false;
  }
}

std::string read_pointer(const YamlValue& value) {
  std::string pointer = value.text();
  if (value.is_text() && !is_pointer(pointer))
    value.complain("must be a JSON pointer (RFC 6901), such as /a/0/b");
  return pointer;
}

std::string read_header_name(const YamlValue& value) {
  std::string name = value.text();
  const auto in_token = [](char c) {  // RFC 9110, 5.6.2
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  };
  if (value.is_text() && (name.empty() || !std::all_of(name.begin(), name.end(), in_token)))
    value.complain("must be a header's name, such as Content-Type");
  return name;
}

// What an answer must hold; with `slots` (of a request) the text is a template, without (in `verify`) it is
// meant as it stands.
using Slots = std::optional<std::vector<std::string>>;

std::string read_expected(const YamlValue& value, const Slots& slots) {
  if (!slots) return value.text();
  std::string expected = read_template(value);
  complain_of(value, slot_mistakes(expected, *slots));
  return expected;
}

// A number of bytes, or in a template what becomes one.
std::string read_size(const YamlValue& value, const Slots& slots) {
  std::string size = read_expected(value, slots);
  if (value.is_text() && !(slots && size.contains('{'))) {
    if (auto number = whole_number(size, 0, kMostBodyBytes); !number) value.complain(number.error().what);
  }
  return size;
}

AnswerCheck read_check(const YamlValue& value, const Slots& slots) {
  static constexpr std::array kKinds{
      std::pair{"json", AnswerCheck::Kind::json}, std::pair{"body", AnswerCheck::Kind::body},
      std::pair{"contains", AnswerCheck::Kind::contains}, std::pair{"size", AnswerCheck::Kind::size},
      std::pair{"header", AnswerCheck::Kind::header}};
  YamlMap map = value.map();
  AnswerCheck check;
  std::optional<YamlValue> what;
  for (const auto& [name, kind] : kKinds) {
    const auto found = map.get(name);
    if (!found.present()) continue;
    if (what) found.complain("a check is of one kind; write another check");
    check.kind = kind;
    what = found;
  }
  if (!what) {
    if (value.is_map()) map.complain("a check is one of json, body, contains, size and header");
  } else if (check.kind == AnswerCheck::Kind::json) {
    check.name = read_pointer(*what);
    const auto equals = map.require("equals");
    check.equals = slots ? read_expected(equals, slots) : equals.json_text();
  } else if (check.kind == AnswerCheck::Kind::header) {
    check.name = read_header_name(*what);
    check.equals = read_expected(map.require("equals"), slots);
  } else {
    check.equals =
        check.kind == AnswerCheck::Kind::size ? read_size(*what, slots) : read_expected(*what, slots);
    if (check.kind == AnswerCheck::Kind::contains && what->is_text() && check.equals.empty())
      what->complain("an empty text is in every body");
  }
  map.no_other_keys();
  return check;
}

std::vector<AnswerCheck> read_checks(const YamlValue& value, const Slots& slots) {
  std::vector<AnswerCheck> checks;
  for (const auto& item : value.list()) checks.push_back(read_check(item, slots));
  return checks;
}

}  // namespace

RequestSpec read_request(const YamlValue& value) {
  RequestSpec request;
  YamlMap map = value.map();
  const auto method = map.get("method");
  request.method = method.text(request.method);
  const std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  check_known(method, "method", request.method, methods);
  request.target = read_target(map.require("target"));
  request.checks = read_checks(map.get("checks"), slots_in(request.target));
  request.upstream_calls = read_template(map.get("upstream_calls"));
  map.no_other_keys();
  return request;
}

std::vector<Verification> read_verifications(const YamlValue& value) {
  std::vector<Verification> verifications;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    Verification verification;
    const auto target = map.require("target");
    verification.target = read_template(target);
    for (const auto& slot : slots_in(verification.target)) {
      target.complain(fmt::format("slots are of a load's requests; write a value for '{}'", slot));
    }
    verification.status = map.get("status").integer(100, 599, verification.status);
    verification.content_type = map.get("content_type").text();
    verification.checks = read_checks(map.get("checks"), std::nullopt);
    for (const auto& pointer : map.get("has").list()) verification.has.push_back(read_pointer(pointer));
    if (const auto calls = map.get("upstream_calls"); calls.present()) {
      verification.upstream_calls = std::to_string(calls.integer(0, kMostUpstreamCalls, 0));
    }
    map.no_other_keys();
    verifications.push_back(std::move(verification));
  }
  return verifications;
}

std::optional<WarmUp> read_warm_up(const YamlValue& value) {
  if (!value.present()) return std::nullopt;
  WarmUp warm_up;
  YamlMap map = value.map();
  warm_up.target = read_target(map.require("target"));
  warm_up.connections = static_cast<unsigned>(map.get("connections").integer(1, kMostConnections, 1));
  warm_up.requests_per_connection =
      static_cast<unsigned>(map.get("requests_per_connection").integer(1, kMostRequests, 1));
  map.no_other_keys();
  return warm_up;
}

}  // namespace shootout::suite
