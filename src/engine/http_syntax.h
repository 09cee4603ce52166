// The characters that HTTP is made of (RFC 9110 section 5.6), and how to show what is not.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace shootout::engine {

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A character of a token: method and header names.
[[nodiscard]] constexpr bool is_token_character(char c) {
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// A character of a header's value: visible ASCII, obs-text (above 0x7f), space and tab.
[[nodiscard]] constexpr bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= ' ' && byte != 0x7f);
}

[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] bool is_value(std::string_view text);

/// Equal but for the case of ASCII letters.
[[nodiscard]] bool same_text(std::string_view a, std::string_view b);

/// Without spaces and tabs at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// For a message: at most 80 characters, with \xNN for what is not visible ASCII.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace shootout::engine
