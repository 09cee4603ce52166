// What the names in our files may look like.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace shootout::suite {

constexpr const char* kNameRule = "a name is made of letters, digits, '-' and '_'";

/// Names appear in `--set CONTENDER.PARAMETER=VALUE` and in lists with commas.
[[nodiscard]] inline bool is_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// A header's name is a token (RFC 9110, 5.6.2).
[[nodiscard]] inline bool is_header_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

/// 64 hex digits.
[[nodiscard]] inline bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

}  // namespace shootout::suite
