#include <algorithm>
#include <cstddef>

#include "report/content.h"
#include "report/glyphs.h"
#include "report/render.h"
#include "report/report.h"
#include "report/table_layout.h"

namespace shootout::report {
namespace {

constexpr std::size_t kNarrowest = 40;

/// The SGR sequence (ECMA-48) that begins a tone; empty for what looks like plain text.
const char* colour_of(Tone tone) {
  switch (tone) {
    case Tone::strong:
      return "\033[1m";
    case Tone::good:
      return "\033[32m";
    case Tone::bad:
      return "\033[31m";
    case Tone::caution:
      return "\033[33m";
    case Tone::plain:
    case Tone::code:
      break;
  }
  return "";
}

class TerminalText {
 public:
  explicit TerminalText(const TerminalStyle& style)
      : width_(static_cast<std::size_t>(std::max(style.width, static_cast<int>(kNarrowest)))),
        colour_(style.colour) {}

  void operator()(const Heading& heading) {
    separate();
    std::size_t longest = 0;
    for (const auto& line : wrap(glyphs_of(Text{{heading.text, Tone::strong}}), width_)) {
      longest = std::max(longest, line.size());
      put(line);
      out_ += '\n';
    }
    if (heading.level < 3) out_ += std::string(longest, heading.level == 1 ? '=' : '-') + '\n';
  }

  void operator()(const Paragraph& paragraph) {
    separate();
    put_lines(wrap(glyphs_of(paragraph.text), width_), "", "");
  }

  void operator()(const List& list) {
    separate();
    for (const auto& item : list.items) put_lines(wrap(glyphs_of(item), width_ - kGap), "- ", "  ");
  }

  void operator()(const Table& table) {
    for (const auto& part : cut(table, width_)) put_table(part);
  }

  void operator()(const Verbatim& verbatim) {
    separate();
    for (const auto& line : verbatim.lines) out_ += line + '\n';
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void put_table(const Table& table) {
    separate();
    const auto widths = widths_of(table);
    std::vector<Text> titles;
    for (const auto& column : table.columns) titles.push_back(Text{{column.title, Tone::strong}});
    put_row(table, titles, widths);
    put_rule(widths);
    const bool spread =
        std::ranges::any_of(table.rows, [&](const auto& row) { return height_of(row, widths) > 1; });
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      if (spread && i > 0) out_ += '\n';
      put_row(table, table.rows[i], widths);
    }
  }

  /// An empty line between what stands one below the other.
  void separate() {
    if (!out_.empty()) out_ += '\n';
  }

  void put(const Line& line) {
    Tone tone = Tone::plain;
    const auto change = [&](Tone next) {
      if (!colour_ || next == tone) return;
      if (*colour_of(tone)) out_ += "\033[0m";
      out_ += colour_of(next);
      tone = next;
    };
    for (const auto& glyph : line) {
      change(glyph.tone);
      out_ += glyph.character;
    }
    change(Tone::plain);
  }

  void put_lines(const std::vector<Line>& lines, const char* first, const char* others) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out_ += i == 0 ? first : others;
      put(lines[i]);
      out_ += '\n';
    }
  }

  [[nodiscard]] std::vector<std::size_t> widths_of(const Table& table) const {
    std::vector<ColumnNeed> needs;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      ColumnNeed need;
      const auto consider = [&need](const Text& text) {
        const auto line = glyphs_of(text);
        need.natural = std::max(need.natural, line.size());
        need.words = std::max(need.words, longest_piece(line, Breaks::at_spaces));
        need.softly = std::max(need.softly, longest_piece(line, Breaks::softly));
      };
      consider(table.columns[i].title);
      for (const auto& row : table.rows)
        if (i < row.size() && !spans(table, row, i)) consider(row[i]);
      needs.push_back(need);
    }
    const std::size_t gaps = kGap * (table.columns.size() - 1);
    return column_widths(needs, width_ > gaps ? width_ - gaps : 1);
  }

  /// The width of a row's cell, which may span several columns.
  static std::size_t width_at(const std::vector<Text>& row, std::size_t i,
                              const std::vector<std::size_t>& widths) {
    std::size_t width = widths[i];
    if (i + 1 == row.size())
      for (++i; i < widths.size(); ++i) width += kGap + widths[i];
    return width;
  }

  static std::size_t height_of(const std::vector<Text>& row, const std::vector<std::size_t>& widths) {
    std::size_t height = 1;
    for (std::size_t i = 0; i < row.size(); ++i)
      height = std::max(height, wrap(glyphs_of(row[i]), width_at(row, i, widths)).size());
    return height;
  }

  void put_row(const Table& table, const std::vector<Text>& row, const std::vector<std::size_t>& widths) {
    std::vector<std::vector<Line>> cells;
    for (std::size_t i = 0; i < row.size(); ++i)
      cells.push_back(wrap(glyphs_of(row[i]), width_at(row, i, widths)));
    const std::size_t height = height_of(row, widths);
    for (std::size_t at = 0; at < height; ++at) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const Line& line = at < cells[i].size() ? cells[i][at] : kEmpty;
        const std::string padding(width_at(row, i, widths) - line.size(), ' ');
        const bool right = table.columns[i].align == Column::Align::right;
        if (right) out_ += padding;
        put(line);
        if (!right) out_ += padding;
        out_.append(kGap, ' ');
      }
      end_line();
    }
  }

  void put_rule(const std::vector<std::size_t>& widths) {
    for (const auto width : widths) out_ += std::string(width, '-') + std::string(kGap, ' ');
    end_line();
  }

  /// Ends a line without the blanks at its end.
  void end_line() {
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += '\n';
  }

  inline static const Line kEmpty;

  std::size_t width_;
  bool colour_;
  std::string out_;
};

}  // namespace

std::string terminal_text(const Document& document, const TerminalStyle& style) {
  TerminalText text(style);
  for (const auto& element : document) std::visit(text, element);
  return text.take();
}

std::string terminal(const suite::Suite& suite, const suite::RunRecord& run,
                     const judge::Judgement& judgement, const TerminalStyle& style) {
  return terminal_text(content(suite, run, judgement), style);
}

}  // namespace shootout::report
