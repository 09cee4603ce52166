// Columns of a cell's table, and how a table is made of them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "report/sides.h"

namespace shootout::report {

struct CellColumn {
  std::string title;
  std::function<Text(const Side&)> text;
};
/// Columns that belong side by side.
using CellColumns = std::vector<CellColumn>;

/// What the columns of a cell have in common.
struct Cell {
  const Subject& subject;
  const suite::Load& load;
  const suite::Scenario& scenario;
  std::vector<Side> sides;
  int usual = 0;  ///< replicates behind most figures

  /// Whether anybody has the metric.
  [[nodiscard]] bool knows(std::string_view metric) const;
  /// The largest that anybody has; 0 where nobody has one.
  [[nodiscard]] double most(std::string_view metric) const;
  [[nodiscard]] CellColumn column(std::string title, std::string metric, Quantity quantity) const;
};

/// `metrics`: those that say how many replicates are usual.
[[nodiscard]] Cell cell_of(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                           const std::vector<std::string_view>& metrics);

/// "Requests", "Round trips", or what the load counts, followed by "/s".
[[nodiscard]] std::string rate_title(const suite::Load& load, const suite::Scenario& scenario);

/// The contender and the groups. A contender without figures has one cell, which says why.
[[nodiscard]] Table plain_table_of(const Cell& cell, const std::vector<CellColumns>& groups);
/// The contender, its rank, the groups; the standing closes the first group. A contender without figures has
/// one cell, which says why.
[[nodiscard]] Table table_of(const Cell& cell, std::vector<CellColumns> groups);

}  // namespace shootout::report
