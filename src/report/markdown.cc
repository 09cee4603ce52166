#include <string_view>

#include "report/content.h"
#include "report/glyphs.h"
#include "report/render.h"
#include "report/report.h"

namespace shootout::report {
namespace {

/// A character that Markdown (GitHub's, tables included) would take for markup, written so that it is itself.
std::string escaped(const std::string& character) {
  constexpr std::string_view kMarkup = "\\`*_<>|~#";
  if (character.size() == 1 && kMarkup.find(character[0]) != std::string_view::npos) return '\\' + character;
  return character == "\u00a0" ? " " : character;
}

const char* mark_of(Tone tone) {
  switch (tone) {
    case Tone::strong:
    case Tone::good:
    case Tone::bad:
    case Tone::caution:
      return "**";
    case Tone::code:
      return "`";
    case Tone::plain:
      break;
  }
  return "";
}

/// Blanks must stand outside of the marks, or they are no marks.
Line with_plain_edges(Line line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i].character != " ") continue;
    const bool begins = i == 0 || line[i - 1].tone != line[i].tone;
    const bool ends = i + 1 == line.size() || line[i + 1].tone != line[i].tone;
    if (begins || ends) line[i].tone = Tone::plain;
  }
  return line;
}

std::string inline_text(const Text& text) {
  std::string result;
  Tone tone = Tone::plain;
  for (const auto& glyph : with_plain_edges(glyphs_of(text))) {
    if (glyph.tone != tone) {
      result += mark_of(tone);
      result += mark_of(glyph.tone);
      tone = glyph.tone;
    }
    result += tone == Tone::code ? glyph.character : escaped(glyph.character);
  }
  return result + mark_of(tone);
}

class MarkdownText {
 public:
  void operator()(const Heading& heading) {
    separate();
    out_ +=
        std::string(static_cast<std::size_t>(heading.level), '#') + ' ' + inline_text(heading.text) + '\n';
  }

  void operator()(const Paragraph& paragraph) {
    separate();
    out_ += inline_text(paragraph.text) + '\n';
  }

  void operator()(const List& list) {
    separate();
    for (const auto& item : list.items) out_ += "- " + inline_text(item) + '\n';
  }

  void operator()(const Table& table) {
    separate();
    for (const auto& column : table.columns) out_ += "| " + inline_text(column.title) + ' ';
    out_ += "|\n";
    for (const auto& column : table.columns)
      out_ += column.align == Column::Align::right ? "| ---: " : "| --- ";
    out_ += "|\n";
    for (const auto& row : table.rows) {
      for (const auto& cell : row) out_ += "| " + inline_text(cell) + ' ';
      for (std::size_t i = row.size(); i < table.columns.size(); ++i) out_ += "| ";
      out_ += "|\n";
    }
  }

  void operator()(const Verbatim& verbatim) {
    separate();
    out_ += "```\n";
    for (const auto& line : verbatim.lines) out_ += line + '\n';
    out_ += "```\n";
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!out_.empty()) out_ += '\n';
  }

  std::string out_;
};

}  // namespace

std::string markdown_text(const Document& document) {
  MarkdownText text;
  for (const auto& element : document) std::visit(text, element);
  return text.take();
}

std::string markdown(const suite::Suite& suite, const suite::RunRecord& run,
                     const judge::Judgement& judgement) {
  return markdown_text(content(suite, run, judgement));
}

}  // namespace shootout::report
