// A report's content as value types: built once, then rendered as terminal text or Markdown.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace shootout::report {

/// U+00A0: keeps a number and its unit on one line.
inline constexpr const char* kNoBreak = "\u00a0";

/// What a stretch of text means; a renderer decides how that looks.
enum class Tone { plain, strong, good, bad, caution, code };

struct Span {
  Span(std::string words, Tone meaning = Tone::plain)  // NOLINT: text is plain unless said otherwise
      : text(std::move(words)), tone(meaning) {}
  Span(const char* words) : text(words) {}  // NOLINT
  std::string text;
  Tone tone = Tone::plain;
};

/// A stretch of prose or a table's cell. A no-break space (U+00A0) keeps what belongs together on one line.
struct Text {
  Text() = default;
  Text(std::string words) : spans{Span(std::move(words))} {}  // NOLINT
  Text(const char* words) : spans{Span(words)} {}             // NOLINT
  Text(std::initializer_list<Span> parts) : spans(parts) {}
  std::vector<Span> spans;
};

struct Heading {
  int level = 1;  ///< 1 to 3
  std::string text;
};

struct Paragraph {
  Text text;
};

struct List {
  std::vector<Text> items;
};

struct Column {
  enum class Align { left, right };
  std::string title;
  Align align = Align::left;
};

struct Table {
  std::vector<Column> columns;
  /// One cell a column; of a row that has fewer the last one spans the rest.
  std::vector<std::vector<Text>> rows;
  /// Columns at which a terminal too narrow for all begins another table, which repeats the first column;
  /// ascending, none of them the first.
  std::vector<std::size_t> breaks;
};

/// A table that is no wider than `width` characters (by what its cells would like to have), cut at its breaks
/// where it must be. A row whose last cell spans is in the first part alone.
[[nodiscard]] std::vector<Table> cut(const Table& table, std::size_t width);

/// Lines with columns of their own, shown as they are; at most 80 characters each.
struct Verbatim {
  std::vector<std::string> lines;
};

using Element = std::variant<Heading, Paragraph, List, Table, Verbatim>;
using Document = std::vector<Element>;

/// What stands where a figure was not taken.
inline constexpr const char* kAbsent = "-";

}  // namespace shootout::report
