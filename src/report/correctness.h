// What was asked of the answers, how many were held against it, and what the database counted.
#pragma once

#include <string>
#include <vector>

#include "report/subject.h"

namespace shootout::report {

/// The database's count and the claims of a contender's good answers, over the trials that have both.
struct RowSums {
  std::string contender;
  std::string what;  ///< "read" or "written"
  double claimed = 0, counted = 0;
};

/// Sums over a cell's trials of all contenders, void ones included.
struct CheckSums {
  std::string load, scenario;
  std::string asked;     ///< in words; empty where nothing is
  bool sampled = false;  ///< only a share of the answers is held against it: `held_against` is about right
  double requests = 0, held_against = 0;
  double wrong = 0;   ///< answers that were refused
  double failed = 0;  ///< no answer, or a status that is none
  std::vector<RowSums> rows;
};

/// Of the cells in which something was asked, or counted, in the suite's order.
[[nodiscard]] std::vector<CheckSums> correctness_of(const Subject& subject);

}  // namespace shootout::report
