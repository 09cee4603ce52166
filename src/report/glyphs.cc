#include "report/glyphs.h"

#include <algorithm>
#include <string_view>

namespace shootout::report {
namespace {

bool is_space(const Glyph& glyph) {
  return glyph.character == " ";
}
bool is_no_break(const Glyph& glyph) {
  return glyph.character == kNoBreak;
}

/// The bytes of the UTF-8 sequence at the beginning of `rest`; 1 for what is none.
std::size_t sequence_length(std::string_view rest) {
  const auto lead = static_cast<unsigned char>(rest[0]);
  const std::size_t length = lead >= 0xf0 && lead < 0xf5   ? 4
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                                                           : 1;
  if (length > rest.size()) return 1;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  return std::ranges::all_of(rest.substr(1, length - 1), continues) ? length : 1;
}

/// Of C0 and C1, or a byte that is no UTF-8.
bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead >= 0x7f;
  return lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

/// What stands on a line unbroken, and whether a space parts it from what came before.
struct Piece {
  Line line;
  bool spaced = true;
};

std::vector<Piece> pieces_of(const Line& line, Breaks breaks) {
  const bool softly = breaks == Breaks::softly;
  std::vector<Piece> pieces;
  bool inside = false;
  bool spaced = true;
  for (const auto& glyph : line) {
    if (is_space(glyph) || (softly && is_no_break(glyph))) {
      inside = false;
      spaced = true;
      continue;
    }
    if (!inside) pieces.push_back({{}, spaced});
    pieces.back().line.push_back(glyph);
    inside = !(softly && glyph.character == "/");
    spaced = inside;
  }
  return pieces;
}

/// A piece in parts of at most `width`.
std::vector<Piece> cut(const Piece& piece, std::size_t width) {
  std::vector<Piece> parts;
  for (std::size_t at = 0; at < piece.line.size(); at += width) {
    const auto begin = piece.line.begin() + static_cast<std::ptrdiff_t>(at);
    const auto length = static_cast<std::ptrdiff_t>(std::min(width, piece.line.size() - at));
    parts.push_back({Line(begin, begin + length), at == 0 && piece.spaced});
  }
  return parts;
}

std::vector<Piece> pieces_within(const Line& line, std::size_t width) {
  std::vector<Piece> result;
  for (const auto& word : pieces_of(line, Breaks::at_spaces)) {
    if (word.line.size() <= width) {
      result.push_back(word);
      continue;
    }
    for (const auto& piece : pieces_of(word.line, Breaks::softly)) {
      for (auto& part : cut(piece, width)) result.push_back(std::move(part));
    }
  }
  return result;
}

}  // namespace

Line glyphs_of(const Text& text) {
  Line line;
  for (const auto& span : text.spans) {
    for (std::size_t at = 0; at < span.text.size();) {
      const std::size_t length = sequence_length(std::string_view(span.text).substr(at));
      Glyph glyph{span.text.substr(at, length), span.tone};
      at += length;
      if (is_control(glyph.character)) glyph.character = " ";
      if (is_space(glyph) && (line.empty() || is_space(line.back()))) continue;
      line.push_back(std::move(glyph));
    }
  }
  while (!line.empty() && is_space(line.back())) line.pop_back();
  return line;
}

std::size_t longest_piece(const Line& line, Breaks breaks) {
  std::size_t longest = 0;
  for (const auto& piece : pieces_of(line, breaks)) longest = std::max(longest, piece.line.size());
  return longest;
}

std::vector<Line> wrap(const Line& line, std::size_t width) {
  std::vector<Line> lines(1);
  for (const auto& piece : pieces_within(line, width)) {
    const std::size_t between = piece.spaced ? 1 : 0;
    if (!lines.back().empty() && lines.back().size() + between + piece.line.size() > width)
      lines.emplace_back();
    auto& last = lines.back();
    if (piece.spaced && !last.empty()) {
      const Tone tone = piece.line.front().tone;
      last.push_back({" ", last.back().tone == tone ? tone : Tone::plain});
    }
    last.insert(last.end(), piece.line.begin(), piece.line.end());
  }
  for (auto& one : lines) {
    for (auto& glyph : one) {
      if (is_no_break(glyph)) glyph.character = " ";
    }
  }
  return lines;
}

}  // namespace shootout::report
