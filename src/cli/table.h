// A plain table for the terminal.
#pragma once

#include <string>
#include <vector>

namespace shootout::cli {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Columns aligned with two spaces between, the last one not padded; the header in capitals.
[[nodiscard]] std::string render(const Table& table);

}  // namespace shootout::cli
