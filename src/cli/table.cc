#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace shootout::cli {

std::string render(const Table& table) {
  std::vector<size_t> widths;
  for (const auto& title : table.header) widths.push_back(title.size());
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += i + 1 < row.size() ? fmt::format("{:<{}}  ", row[i], widths[i]) : row[i];
    }
    text += "\n";
  };
  auto header = table.header;
  for (auto& title : header)
    std::ranges::transform(title, title.begin(), [](unsigned char c) { return std::toupper(c); });
  add(header);
  for (const auto& row : table.rows) add(row);
  return text;
}

}  // namespace shootout::cli
