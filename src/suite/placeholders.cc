#include "suite/placeholders.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace shootout::suite {
namespace {

std::unexpected<Error> out_of_range(auto low, auto high, const std::string& text) {
  return fail(ExitCode::usage, fmt::format("must be between {} and {}, found {}", low, high, text));
}

// Whether what follows a brace reads like a placeholder: NAME} or NAME:, as the engine reads its slots.
bool begins_placeholder(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !is_letter(text.front())) return false;
  const auto end = std::find_if_not(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
  return end != text.end() && (*end == '}' || *end == ':');
}

}  // namespace

Result<std::vector<TextPart>> parts_of(const std::string& text, Braces braces) {
  std::vector<TextPart> parts;
  std::string literal;
  auto end_literal = [&] {
    if (!literal.empty()) parts.push_back({false, std::move(literal)});
    literal.clear();
  };
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t brace = rest.find('{');
    literal += rest.substr(0, brace);
    if (brace == std::string_view::npos) break;
    rest.remove_prefix(brace + 1);
    if (rest.starts_with('{')) {
      literal += '{';
      rest.remove_prefix(1);
      continue;
    }
    if (braces == Braces::loose && !begins_placeholder(rest)) {
      literal += '{';
      continue;
    }
    const size_t end = rest.find('}');
    if (end == std::string_view::npos || rest.substr(0, end).contains('{')) {
      return fail(ExitCode::usage, fmt::format("a '{{' without its '}}' in '{}'", text),
                  "write '{{' where a brace itself is meant");
    }
    end_literal();
    parts.push_back({true, std::string(rest.substr(0, end))});
    rest.remove_prefix(end + 1);
  }
  end_literal();
  return parts;
}

Result<std::vector<std::string>> placeholders_in(const std::string& text, Braces braces) {
  auto parts = parts_of(text, braces);
  if (!parts) return std::unexpected(parts.error());
  std::vector<std::string> names;
  for (auto& part : *parts) {
    if (part.is_placeholder) names.push_back(std::move(part.text));
  }
  return names;
}

std::unexpected<Error> nothing_fills(const std::string& placeholder, const std::string& text,
                                     const std::vector<std::string>& known) {
  return fail(ExitCode::usage, fmt::format("nothing fills {{{}}} in '{}': {}", placeholder, text,
                                           unknown_name("value", placeholder, known)));
}

Result<std::string> fill(const std::string& text, const Values& values) {
  const auto parts = parts_of(text);
  if (!parts) return std::unexpected(parts.error());
  std::string filled;
  for (const auto& part : *parts) {
    if (!part.is_placeholder) {
      filled += part.text;
    } else if (const auto value = values.find(part.text); value != values.end()) {
      filled += value->second;
    } else {
      std::vector<std::string> known;
      for (const auto& [name, value_of_it] : values) known.push_back(name);
      return nothing_fills(part.text, text, known);
    }
  }
  return filled;
}

Result<int> whole_number(const std::string& text, int low, int high) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stopped != end) {
    return fail(ExitCode::usage, fmt::format("expected a whole number, found '{}'", text));
  }
  if (error != std::errc() || value < low || value > high) return out_of_range(low, high, text);
  return value;
}

Result<double> real_number(const std::string& text, double low, double high) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stopped != end || std::isnan(value)) {
    return fail(ExitCode::usage, fmt::format("expected a number, found '{}'", text));
  }
  if (error != std::errc() || value < low || value > high) return out_of_range(low, high, text);
  return value;
}

Result<int> filled_number(const std::string& text, const Values& values, int low, int high) {
  const auto filled = fill(text, values);
  if (!filled) return std::unexpected(filled.error());
  return whole_number(*filled, low, high);
}

}  // namespace shootout::suite
