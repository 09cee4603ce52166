// What a suite says that an answer must hold.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "suite/limits.h"
#include "suite/names.h"
#include "suite/request_parts.h"
#include "suite/request_slots.h"

namespace shootout::suite {
namespace {

using CheckKind = AnswerCheck::Kind;
using CheckNames = std::optional<std::vector<std::string>>;

bool is_pointer(const std::string& text) {
  try {
    return text.starts_with('/') && !nlohmann::json::json_pointer(text).empty();
  } catch (const nlohmann::json::exception&) {  // a '~' that is neither ~0 nor ~1
    return false;
  }
}

std::string read_expected(const YamlValue& value, const CheckNames& names) {
  if (!names) return value.text();
  std::string expected = read_template(value);
  for (const auto& mistake : slot_mistakes(expected, *names)) value.complain(mistake);
  return expected;
}

// What is known now, for a template that is filled later.
bool is_open(const std::string& text, const CheckNames& names) {
  return names && text.contains('{');
}

// A number of bytes, or in a template what becomes one.
std::string read_size(const YamlValue& value, const CheckNames& names) {
  std::string size = read_expected(value, names);
  if (value.is_text() && !is_open(size, names)) {
    if (auto number = whole_number(size, 0, kMostBodyBytes); !number) value.complain(number.error().what);
  }
  return size;
}

std::string read_digest(const YamlValue& value, const CheckNames& names) {
  std::string digest = read_expected(value, names);
  if (value.is_text() && !is_open(digest, names) && !is_sha256(digest))
    value.complain(fmt::format("a SHA-256 has 64 hex digits, found '{}'", digest));
  return digest;
}

std::string read_contained(const YamlValue& value, const CheckNames& names) {
  std::string text = read_expected(value, names);
  if (value.is_text() && text.empty()) value.complain("an empty text is in every body");
  return text;
}

AnswerCheck read_check(const YamlValue& value, const CheckNames& names) {
  static constexpr std::array kKinds{
      std::pair{"json", CheckKind::json},         std::pair{"body", CheckKind::body},
      std::pair{"contains", CheckKind::contains}, std::pair{"size", CheckKind::size},
      std::pair{"sha256", CheckKind::sha256},     std::pair{"header", CheckKind::header},
      std::pair{"moves", CheckKind::moves}};
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
    if (value.is_map())
      map.complain("a check is one of json, body, contains, size, sha256, header and moves");
    map.no_other_keys();
    return check;
  }
  switch (check.kind) {
    case CheckKind::json: {
      check.name = read_pointer(*what);
      const auto equals = map.require("equals");
      check.equals = names ? read_expected(equals, names) : equals.json_text();
      break;
    }
    case CheckKind::header:
      check.name = read_header_name(*what);
      check.equals = read_expected(map.require("equals"), names);
      break;
    case CheckKind::moves:
      check.name = read_pointer(*what);
      if (!names) what->complain("one answer moves nothing; `moves` of the verification itself asks twice");
      break;
    case CheckKind::size:
      check.equals = read_size(*what, names);
      break;
    case CheckKind::sha256:
      check.equals = read_digest(*what, names);
      break;
    case CheckKind::contains:
      check.equals = read_contained(*what, names);
      break;
    case CheckKind::body:
      check.equals = read_expected(*what, names);
      break;
  }
  map.no_other_keys();
  return check;
}

}  // namespace

std::string read_pointer(const YamlValue& value) {
  std::string pointer = value.text();
  if (value.is_text() && !is_pointer(pointer))
    value.complain("must be a JSON pointer (RFC 6901), such as /a/0/b");
  return pointer;
}

std::string read_header_name(const YamlValue& value) {
  std::string name = value.text();
  if (value.is_text() && !is_header_name(name))
    value.complain("must be a header's name, such as Content-Type");
  return name;
}

std::vector<AnswerCheck> read_checks(const YamlValue& value, const CheckNames& names) {
  std::vector<AnswerCheck> checks;
  for (const auto& item : value.list()) checks.push_back(read_check(item, names));
  return checks;
}

}  // namespace shootout::suite
