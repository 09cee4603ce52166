#include "engine/http_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace shootout::engine {
namespace {

constexpr std::array<bool, 256> table_of(bool (*rule)(char)) {
  std::array<bool, 256> table{};
  for (int byte = 0; byte < 256; ++byte)
    table[static_cast<std::size_t>(byte)] = rule(static_cast<char>(byte));
  return table;
}

// Every byte of every head goes through these.
constexpr std::array<bool, 256> kToken = table_of(is_token_character);
constexpr std::array<bool, 256> kValue = table_of(is_value_character);

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kToken[static_cast<unsigned char>(c)]; });
}

bool is_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return kValue[static_cast<unsigned char>(c)]; });
}

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string shown;
  for (const char c : text.substr(0, kLongest)) {
    if (c >= ' ' && c < '\x7f') {
      shown += c;
    } else {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (text.size() > kLongest) shown += "...";
  return shown;
}

}  // namespace shootout::engine
