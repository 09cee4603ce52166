// Finding one's way in a head: the loops that every byte of every answer goes through.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/http_syntax.h"

namespace shootout::engine {

namespace scan {

/// `byte` in each of the eight bytes.
[[nodiscard]] constexpr std::uint64_t eight(std::uint8_t byte) {
  return 0x0101'0101'0101'0101U * byte;
}

[[nodiscard]] constexpr std::array<bool, 256> table_of(bool (*rule)(char)) {
  std::array<bool, 256> table{};
  for (int byte = 0; byte < 256; ++byte)
    table[static_cast<std::size_t>(byte)] = rule(static_cast<char>(byte));
  return table;
}

inline constexpr std::array<bool, 256> kToken = table_of(is_token_character);

/// The top bit of each byte that is a control character (below ' ', or 0x7f; tabs too). A borrow may set bits
/// above the first one: only the lowest set bit counts, and whether there is one.
[[nodiscard]] constexpr std::uint64_t controls(std::uint64_t bytes) {
  const std::uint64_t deletes = bytes ^ eight(0x7f);
  return (((bytes - eight(' ')) & ~bytes) | ((deletes - eight(1)) & ~deletes)) & eight(0x80);
}

}  // namespace scan

/// So many characters of a header's value (is_value_character) `text` begins with.
[[nodiscard]] inline std::size_t value_length(std::string_view text) {
  std::size_t at = 0;
  while (at + 8 <= text.size()) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    const std::uint64_t found = scan::controls(bytes);
    at += found == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(found)) / 8;
    if (found == 0) continue;
    if (text[at] != '\t') return at;
    ++at;
  }
  while (at < text.size() && is_value_character(text[at])) ++at;
  return at;
}

/// So many characters of a token `text` begins with.
[[nodiscard]] inline std::size_t token_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && scan::kToken[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

/// Whether `name`, free of control characters, is `known` but for the case of ASCII letters; `known` consists
/// of lower-case letters, digits and '-'. (Setting the bit that makes a letter lower-case makes none of these
/// of any other character that is no control character.)
template <std::size_t kSize>
[[nodiscard]] bool same_name(std::string_view name, const char (&known)[kSize]) {
  if (name.size() != kSize - 1) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i + 1 < kSize; ++i) {
    difference |= static_cast<unsigned>((static_cast<unsigned char>(name[i]) | 0x20U) ^
                                        static_cast<unsigned char>(known[i]));
  }
  return difference == 0;
}

/// Calls `use` with each element of a comma-separated list (RFC 9110 section 5.6.1), empty ones left out.
template <class Use>
void for_each_element(std::string_view list, Use use) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (const auto element = trimmed(list.substr(0, comma)); !element.empty()) use(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace shootout::engine
