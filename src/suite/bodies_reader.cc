// What a suite says that requests carry: headers, bodies, messages.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "suite/limits.h"
#include "suite/names.h"
#include "suite/request_parts.h"
#include "suite/request_slots.h"

namespace shootout::suite {
namespace {

using SeenSlots = std::map<std::string, std::string>;

// A value of a header's field line (RFC 9110, 5.5).
void check_header_value(const YamlValue& place, const std::string& value) {
  const bool controlled = std::any_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
  if (controlled) place.complain("a header's value holds no line breaks and no control characters");
}

// As the engine reads a text without slots.
std::string doubled_braces(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '{' ? 2 : 1, c);
  return doubled;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The one of these keys that is there, of which there must be one.
std::optional<std::pair<std::string, YamlValue>> one_of(YamlMap& map, std::initializer_list<const char*> keys,
                                                        const std::string& needed) {
  std::optional<std::pair<std::string, YamlValue>> one;
  for (const char* key : keys) {
    const auto value = map.get(key);
    if (!value.present()) continue;
    if (one) {
      value.complain(fmt::format("not together with '{}'", one->first));
    } else {
      one.emplace(key, value);
    }
  }
  if (!one) map.complain(needed);
  return one;
}

MessageSpec read_content(YamlMap& map, const auto& read_text) {
  MessageSpec message;
  const auto what = one_of(map, {"text", "size"}, "a message has a 'text' or a 'size'");
  if (what && what->first == "text") message.text = read_text(what->second);
  if (what && what->first == "size") message.size = what->second.bytes(1, kMostUploadBytes, 1);
  message.binary = map.get("binary").boolean(false);
  return message;
}

}  // namespace

std::map<std::string, std::string> read_headers(const YamlValue& value, SeenSlots& seen) {
  std::map<std::string, std::string> headers;
  std::set<std::string> names;
  const YamlMap map = value.map();
  for (const auto& [name, entry] : map.entries()) {
    if (!is_header_name(name)) entry.complain("must be a header's name, such as Content-Type");
    const std::string known_as = lower(name);
    if (!names.insert(known_as).second) entry.complain("this header comes twice; its name has no case");
    for (const char* own : {"content-length", "transfer-encoding", "connection", "upgrade"}) {
      if (known_as == own) entry.complain("this header is the engine's own to set");
    }
    std::string text = read_with_slots(entry, Braces::loose, seen);
    check_header_value(entry, text);
    headers.emplace(name, std::move(text));
  }
  return headers;
}

BodySpec read_body(const YamlValue& value, SeenSlots& seen) {
  BodySpec body;
  if (!value.present()) return body;
  YamlMap map = value.map();
  const auto what =
      one_of(map, {"text", "upload", "multipart"}, "a body is one of text, upload and multipart");
  const auto variants = map.get("variants"), content_type = map.get("content_type");
  body.variants = static_cast<unsigned>(variants.integer(1, kMostVariants, static_cast<int>(body.variants)));
  body.content_type = content_type.text();
  check_header_value(content_type, body.content_type);
  if (what && what->first == "text") {
    body.kind = BodySpec::Kind::text;
    body.text = read_with_slots(what->second, Braces::loose, seen);
    if (variants.present()) variants.complain("a text has no variants; slots make each one another");
  } else if (what) {
    body.kind = what->first == "upload" ? BodySpec::Kind::upload : BodySpec::Kind::multipart;
    body.size = what->second.bytes(1, kMostUploadBytes, 1);
    if (content_type.present()) content_type.complain("only with 'text'; generated bodies have their own");
  }
  map.no_other_keys();
  return body;
}

MessageSpec read_message(const YamlValue& value, SeenSlots& seen) {
  YamlMap map = value.map();
  MessageSpec message =
      read_content(map, [&](const YamlValue& text) { return read_with_slots(text, Braces::loose, seen); });
  message.in_flight = static_cast<unsigned>(map.get("in_flight").integer(1, kMostInFlight, 1));
  map.no_other_keys();
  return message;
}

std::vector<BodySpec> read_other_bodies(const YamlValue& value) {
  std::vector<BodySpec> bodies;
  for (const auto& item : value.list()) {
    SeenSlots seen;
    bodies.push_back(read_body(item, seen));
    if (item.is_map() && bodies.back().kind == BodySpec::Kind::text)
      item.complain("must be generated: 'upload' or 'multipart'");
  }
  return bodies;
}

std::vector<MessageSpec> read_echoes(const YamlValue& value) {
  std::vector<MessageSpec> messages;
  for (const auto& item : value.list()) {
    YamlMap map = item.map();
    messages.push_back(read_content(map, [](const YamlValue& text) { return doubled_braces(text.text()); }));
    map.no_other_keys();
  }
  return messages;
}

}  // namespace shootout::suite
