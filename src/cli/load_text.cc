#include "cli/load_text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace shootout::cli {
namespace {

/// Three significant digits.
int decimals_of_three(double value) {
  return value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
}

/// The bytes of what stands first: a colour, or a character.
std::size_t first_glyph(std::string_view text, bool& is_colour) {
  is_colour = text.starts_with("\033[");
  if (is_colour) {
    const auto end = text.find('m');
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) ++length;
  return length;
}

}  // namespace

std::string latency_text(double microseconds) {
  if (microseconds < 999.5) return fmt::format("{:.{}f} us", microseconds, decimals_of_three(microseconds));
  const double milliseconds = microseconds / 1e3;
  if (milliseconds < 999.5) return fmt::format("{:.{}f} ms", milliseconds, decimals_of_three(milliseconds));
  return fmt::format("{:.{}f} s", milliseconds / 1e3, decimals_of_three(milliseconds / 1e3));
}

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string rate_text(double rate) {
  return rate >= 100 ? with_commas(static_cast<std::uint64_t>(std::llround(rate)))
                     : fmt::format("{:.2f}", rate);
}

std::string bytes_text(double bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 || bytes >= 99.95 ? 0 : 1, kUnits[unit]);
}

std::string plural(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", with_commas(count), thing, count == 1 ? "" : "s");
}

std::string share_text(double share) {
  constexpr double kLeastShown = 0.00005;
  return share > 0 && share < kLeastShown ? "< 0.01 %" : fmt::format("{:.2f} %", 100 * share);
}

Paint paint(bool colour) {
  return colour ? Paint{"\033[1m", "\033[2m", "\033[31m", "\033[0m"} : Paint{};
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (bool is_colour = false; !text.empty();) {
    text.remove_prefix(first_glyph(text, is_colour));
    width += is_colour ? 0 : 1;
  }
  return width;
}

std::string clipped(std::string_view text, std::size_t columns) {
  std::string kept;
  for (bool is_colour = false; !text.empty();) {
    const std::size_t length = first_glyph(text, is_colour);
    if (is_colour || columns > 0) kept += text.substr(0, length);
    if (!is_colour && columns > 0) --columns;
    text.remove_prefix(length);
  }
  return kept;
}

}  // namespace shootout::cli
