// The figures of a trial's gates as they come together, and the gates that have files of their own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::judge {

/// `reason()` says in a sentence why a figure did not pass; it is asked only then.
class GateList {
 public:
  void at_most(std::string gate, std::string figure, double value, double threshold, const auto& reason) {
    add(std::move(gate), std::move(figure), value, threshold, value <= threshold, reason);
  }
  void at_least(std::string gate, std::string figure, double value, double threshold, const auto& reason) {
    add(std::move(gate), std::move(figure), value, threshold, value >= threshold, reason);
  }
  void equal(std::string gate, std::string figure, double value, double threshold, const auto& reason) {
    add(std::move(gate), std::move(figure), value, threshold, value == threshold, reason);
  }

  [[nodiscard]] std::vector<suite::GateFigure> take() { return std::move(figures_); }

 private:
  void add(std::string gate, std::string figure, double value, double threshold, bool passed,
           const auto& reason) {
    figures_.push_back({std::move(gate), std::move(figure), value, threshold, passed,
                        passed ? std::string() : std::string(reason())});
  }

  std::vector<suite::GateFigure> figures_;
};

/// Whether the generator, and not the servers, was what was measured.
void look_at_generator(const suite::TrialRecord& trial, const suite::Cell& cell, const suite::Gates& gates,
                       GateList& list);

/// Whether the machine left the servers alone (observe/environment.h) and let them open what the load needs.
void look_at_environment(const suite::TrialRecord& trial, const suite::Cell& cell, const suite::Gates& gates,
                         GateList& list);

/// Whether the database's own counts bear out the rows that the good answers claim.
void look_at_rows(const suite::TrialRecord& trial, const suite::Cell& cell, GateList& list);
/// Fewer than claimed: no accident, but an answer without the row.
[[nodiscard]] bool rows_are_missing(const suite::TrialRecord& trial);

}  // namespace shootout::judge
