// Marked-up text broken into lines of a given width.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/document.h"

namespace shootout::report {

/// One character (a UTF-8 sequence) and what it means.
struct Glyph {
  std::string character;
  Tone tone = Tone::plain;
};
using Line = std::vector<Glyph>;

/// Control characters become spaces, so that no text can move a terminal's cursor; runs of spaces become one.
[[nodiscard]] Line glyphs_of(const Text& text);

/// Where a line may be broken.
enum class Breaks {
  at_spaces,
  softly,  ///< at no-break spaces and after slashes, too
};

/// The width of the longest piece that cannot be broken.
[[nodiscard]] std::size_t longest_piece(const Line& line, Breaks breaks);

/// Lines of at most `width` (> 0) characters, broken at spaces; a word that alone is wider is broken softly,
/// and only where that is not enough, anywhere. At least one line. No-break spaces come out as spaces.
[[nodiscard]] std::vector<Line> wrap(const Line& line, std::size_t width);

}  // namespace shootout::report
