// How wide a table's columns are, so that the table fits.
#pragma once

#include <cstddef>
#include <vector>

#include "report/document.h"

namespace shootout::report {

/// Blanks between columns.
inline constexpr std::size_t kGap = 2;

/// Whether the row's cell `i` spans the rest of the columns.
[[nodiscard]] bool spans(const Table& table, const std::vector<Text>& row, std::size_t i);

/// What a column would like to have (its widest cell), what it needs to break at spaces only, and softly.
struct ColumnNeed {
  std::size_t natural = 1;
  std::size_t words = 1;
  std::size_t softly = 1;
};

/// Widths (each at least 1) that add up to at most `available` characters: the natural ones where they fit,
/// else the widest columns are cut down to a common width: at first only as far as words stay whole; then
/// soft breaks are used in as few columns as will do; then columns are cut anyhow.
[[nodiscard]] std::vector<std::size_t> column_widths(const std::vector<ColumnNeed>& needs,
                                                     std::size_t available);

}  // namespace shootout::report
