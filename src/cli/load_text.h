// Figures of a load as words, and how wide text is on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shootout::cli {

/// "850 us", "12.3 ms", "1.25 s".
[[nodiscard]] std::string latency_text(double microseconds);
/// "1,234,567".
[[nodiscard]] std::string with_commas(std::uint64_t number);
/// "1,235", "12.34".
[[nodiscard]] std::string rate_text(double rate);
/// "850 B", "12.3 MB": of 1,000.
[[nodiscard]] std::string bytes_text(double bytes);
/// "1 error", "2,000 errors".
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view thing);
/// Of 1: "45.31 %", "< 0.01 %".
[[nodiscard]] std::string share_text(double share);

/// Colours for a stream that may be coloured; all empty for one that may not.
struct Paint {
  const char* bold = "";
  const char* dim = "";
  const char* red = "";
  const char* plain = "";
};
[[nodiscard]] Paint paint(bool colour);

/// How many columns the text takes: characters of UTF-8, colours not counted. All that we print is one column
/// wide.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// The text cut to so many columns; colours stay whole.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t columns);

}  // namespace shootout::cli
