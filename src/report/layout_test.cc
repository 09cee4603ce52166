#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "report/glyphs.h"
#include "report/table_layout.h"

namespace shootout::report {
namespace {

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> result;
  for (const auto& line : wrap(glyphs_of(text), width)) {
    std::string joined;
    for (const auto& glyph : line) joined += glyph.character;
    result.push_back(joined);
  }
  return result;
}

using Lines = std::vector<std::string>;

TEST(Wrap, BreaksAtSpaces) {
  EXPECT_EQ(wrapped("one two  three", 8), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("exactly8", 8), (Lines{"exactly8"}));
  EXPECT_EQ(wrapped("", 8), (Lines{""}));
}

TEST(Wrap, KeepsFiguresWholeWhileItCan) {
  const std::string figure = "2.88\u00a0s [2.70,\u00a03.05]";
  EXPECT_EQ(wrapped(figure, 19), (Lines{"2.88 s [2.70, 3.05]"}));
  EXPECT_EQ(wrapped(figure, 12), (Lines{"2.88 s", "[2.70, 3.05]"}));
  EXPECT_EQ(wrapped(figure, 6), (Lines{"2.88 s", "[2.70,", "3.05]"}));
}

TEST(Wrap, CutsWhatIsTooLongAndCountsCharactersNotBytes) {
  EXPECT_EQ(wrapped("abcdefgh", 3), (Lines{"abc", "def", "gh"}));
  EXPECT_EQ(wrapped("öäü öäü", 3), (Lines{"öäü", "öäü"}));
}

TEST(Wrap, BreaksAfterSlashesBeforeItCuts) {
  EXPECT_EQ(wrapped("Flask/Gunicorn", 14), (Lines{"Flask/Gunicorn"}));
  EXPECT_EQ(wrapped("Flask/Gunicorn", 10), (Lines{"Flask/", "Gunicorn"}));
}

TEST(Glyphs, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(wrapped("a\033[2Jb\nc\td", 80), (Lines{"a [2Jb c d"}));
  EXPECT_EQ(wrapped("a\xe2\033[0mb", 80), (Lines{"a [0mb"}));  // cut-off UTF-8 hides no escape
  EXPECT_EQ(wrapped("a\xc2\x9b"
                    "2Jb",
                    80),
            (Lines{"a 2Jb"}));  // the one-character CSI of C1
  EXPECT_EQ(wrapped("a\x7f", 80), (Lines{"a"}));
}

TEST(ColumnWidths, NaturalWhereTheyFit) {
  EXPECT_EQ(column_widths({{10, 5, 5}, {20, 5, 5}}, 30), (std::vector<std::size_t>{10, 20}));
}

TEST(ColumnWidths, CutTheWidestAndSpareWords) {
  EXPECT_EQ(column_widths({{10, 5, 5}, {50, 5, 5}}, 40), (std::vector<std::size_t>{10, 30}));
  EXPECT_EQ(column_widths({{10, 10, 9}, {50, 20, 3}}, 30), (std::vector<std::size_t>{10, 20}));
}

TEST(ColumnWidths, BreakSoftlyBeforeTheyCut) {
  EXPECT_EQ(column_widths({{20, 20, 8}, {12, 12, 12}}, 30), (std::vector<std::size_t>{18, 12}));
  EXPECT_EQ(column_widths({{20, 20, 8}, {12, 12, 12}}, 21), (std::vector<std::size_t>{9, 12}));
}

TEST(ColumnWidths, BreakSoftlyInAsFewColumnsAsWillDo) {
  EXPECT_EQ(column_widths({{15, 15, 9}, {12, 12, 7}, {12, 12, 7}}, 38),
            (std::vector<std::size_t>{14, 12, 12}));
}

TEST(ColumnWidths, FitEvenWhereWordsMustBreak) {
  const auto widths = column_widths({{30, 30, 30}, {30, 30, 30}, {3, 3, 3}}, 40);
  EXPECT_LE(std::accumulate(widths.begin(), widths.end(), std::size_t{0}), 40U);
  EXPECT_EQ(widths.back(), 3U);
}

}  // namespace
}  // namespace shootout::report
