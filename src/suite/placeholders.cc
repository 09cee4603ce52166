#include "suite/placeholders.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "base/text.h"

namespace shootout::suite {
namespace {

// Calls literal(text) and placeholder(name) for the parts of a text in order; both may fail.
template <class Literal, class Placeholder>
Result<void> walk(std::string_view text, Literal literal, Placeholder placeholder) {
  const std::string_view whole = text;
  while (!text.empty()) {
    const size_t brace = text.find('{');
    literal(text.substr(0, brace));
    if (brace == std::string_view::npos) break;
    text.remove_prefix(brace + 1);
    if (text.starts_with('{')) {
      literal(text.substr(0, 1));
      text.remove_prefix(1);
      continue;
    }
    const size_t end = text.find('}');
    if (end == std::string_view::npos || text.substr(0, end).contains('{')) {
      return fail(ExitCode::usage, fmt::format("a '{{' without its '}}' in '{}'", whole),
                  "write '{{' where a brace itself is meant");
    }
    if (auto done = placeholder(std::string(text.substr(0, end))); !done) return done;
    text.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> placeholders_in(const std::string& text) {
  std::vector<std::string> names;
  auto done = walk(
      text, [](std::string_view) {},
      [&](std::string name) -> Result<void> {
        names.push_back(std::move(name));
        return {};
      });
  if (!done) return std::unexpected(done.error());
  return names;
}

Result<std::string> fill(const std::string& text, const Values& values) {
  std::string filled;
  auto done = walk(
      text, [&](std::string_view part) { filled += part; },
      [&](const std::string& name) -> Result<void> {
        if (auto value = values.find(name); value != values.end()) {
          filled += value->second;
          return {};
        }
        std::vector<std::string> known;
        for (const auto& [key, value] : values) known.push_back(key);
        return fail(ExitCode::usage, fmt::format("nothing fills {{{}}} in '{}': {}", name, text,
                                                 unknown_name("value", name, known)));
      });
  if (!done) return std::unexpected(done.error());
  return filled;
}

Result<int> whole_number(const std::string& text, int low, int high) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stopped != end) {
    return fail(ExitCode::usage, fmt::format("expected a whole number, found '{}'", text));
  }
  if (error != std::errc() || value < low || value > high) {
    return fail(ExitCode::usage, fmt::format("must be between {} and {}, found {}", low, high, text));
  }
  return value;
}

Result<int> filled_number(const std::string& text, const Values& values, int low, int high) {
  const auto filled = fill(text, values);
  if (!filled) return std::unexpected(filled.error());
  return whole_number(*filled, low, high);
}

}  // namespace shootout::suite
