#include <algorithm>
#include <ranges>

#include "report/document.h"
#include "report/glyphs.h"
#include "report/table_layout.h"

namespace shootout::report {
namespace {

struct Range {
  std::size_t begin, end;
};

std::vector<std::size_t> natural_widths(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t width = glyphs_of(table.columns[i].title).size();
    for (const auto& row : table.rows)
      if (i < row.size() && !spans(table, row, i)) width = std::max(width, glyphs_of(row[i]).size());
    widths.push_back(width);
  }
  return widths;
}

Table part_of(const Table& table, const Range& range, bool first) {
  const auto take = [&](const auto& cells) {
    std::vector<std::ranges::range_value_t<decltype(cells)>> taken{cells.front()};
    for (std::size_t i = std::max<std::size_t>(range.begin, 1); i < std::min(range.end, cells.size()); ++i)
      taken.push_back(cells[i]);
    return taken;
  };
  Table part;
  part.columns = take(table.columns);
  for (const auto& row : table.rows)
    if (first || row.size() == table.columns.size()) part.rows.push_back(take(row));
  return part;
}

}  // namespace

bool spans(const Table& table, const std::vector<Text>& row, std::size_t i) {
  return row.size() < table.columns.size() && i + 1 == row.size();
}

std::vector<Table> cut(const Table& table, std::size_t width) {
  const auto widths = natural_widths(table);
  const auto needed = [&](const Range& range) {
    std::size_t sum = range.begin == 0 ? 0 : widths[0];
    std::size_t columns = range.begin == 0 ? 0 : 1;
    for (std::size_t i = range.begin; i < range.end; ++i, ++columns) sum += widths[i];
    return sum + kGap * (columns - 1);
  };
  if (table.breaks.empty() || needed({0, widths.size()}) <= width) return {table};
  std::vector<Range> ranges{{0, table.breaks.front()}};
  for (std::size_t i = 0; i < table.breaks.size(); ++i) {
    const Range next{table.breaks[i], i + 1 < table.breaks.size() ? table.breaks[i + 1] : widths.size()};
    const Range together{ranges.back().begin, next.end};
    if (needed(together) <= width)
      ranges.back() = together;
    else
      ranges.push_back(next);
  }
  std::vector<Table> parts;
  for (const auto& range : ranges) parts.push_back(part_of(table, range, parts.empty()));
  return parts;
}

}  // namespace shootout::report
