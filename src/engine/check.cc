#include "engine/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/http_syntax.h"

namespace shootout::engine {
namespace {

using nlohmann::json;

std::optional<std::string> broken_header(const Check& check, const CheckedAnswer& answer) {
  std::optional<std::string> value;  // of several lines: joined by commas, as RFC 9110 section 5.3 has it
  for (const auto& [name, line] : answer.headers) {
    if (same_text(name, check.name)) value = value ? *value + ", " + line : line;
  }
  if (value == check.expected) return {};
  if (!value) return fmt::format("there is no header {}", check.name);
  return fmt::format("the header {} is '{}', expected '{}'", check.name, printable(*value),
                     printable(check.expected));
}

std::optional<std::string> broken_json(const std::string& body, const json& expected,
                                       const json::json_pointer& pointer) {
  const json document = json::parse(body, nullptr, false);
  if (document.is_discarded()) return fmt::format("the body is no JSON: '{}'", printable(body));
  if (!document.contains(pointer)) return fmt::format("the JSON has nothing at '{}'", pointer.to_string());
  const json& found = document.at(pointer);
  if (found == expected) return {};
  return fmt::format("the JSON at '{}' is {}, expected {}", pointer.to_string(), printable(found.dump()),
                     printable(expected.dump()));
}

}  // namespace

Result<CheckList> CheckList::make(const std::vector<Check>& checks) {
  CheckList list;
  for (const Check& check : checks) {
    Rule rule;
    rule.check = check;
    if (check.kind == Check::Kind::header_equals) {
      list.wants_headers_ = true;
      if (!is_token(check.name)) {
        return std::unexpected(Error{Error::Kind::bad_plan,
                                     fmt::format("a check names the header '{}'", printable(check.name)),
                                     "a header's name is a token: letters, digits and hyphens"});
      }
    } else {
      list.wants_body_ = true;
    }
    if (check.kind == Check::Kind::json_equals) {
      rule.value = json::parse(check.expected, nullptr, false);
      if (rule.value.is_discarded()) {
        return std::unexpected(
            Error{Error::Kind::bad_plan,
                  fmt::format("a check expects '{}', which is no JSON", printable(check.expected)),
                  "write a text in quotes: \"ok\""});
      }
      try {
        rule.pointer = json::json_pointer(check.name);
      } catch (const json::exception&) {
        return std::unexpected(
            Error{Error::Kind::bad_plan,
                  fmt::format("a check looks at '{}', which is no JSON pointer", printable(check.name)),
                  "a pointer looks like /results/successful"});
      }
    }
    list.rules_.push_back(std::move(rule));
  }
  return list;
}

bool CheckList::wants_header(std::string_view name) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.check.kind == Check::Kind::header_equals && same_text(rule.check.name, name);
  });
}

std::optional<std::string> CheckList::broken(const Rule& rule, const CheckedAnswer& answer) {
  const Check& check = rule.check;
  if (check.kind == Check::Kind::header_equals) return broken_header(check, answer);
  if (answer.body.size() >= kLongestBody)
    return fmt::format("the body is longer than {} bytes", kLongestBody);
  switch (check.kind) {
    case Check::Kind::body_contains:
      if (answer.body.find(check.expected) != std::string::npos) return {};
      return fmt::format("the body does not contain '{}'", printable(check.expected));
    case Check::Kind::body_equals:
      if (answer.body == check.expected) return {};
      return fmt::format("the body is '{}' ({} bytes), expected '{}' ({} bytes)", printable(answer.body),
                         answer.body.size(), printable(check.expected), check.expected.size());
    default:
      return broken_json(answer.body, rule.value, rule.pointer);
  }
}

std::optional<std::string> CheckList::broken_by(const CheckedAnswer& answer) const {
  for (const Rule& rule : rules_) {
    if (auto why = broken(rule, answer)) return why;
  }
  return {};
}

}  // namespace shootout::engine
