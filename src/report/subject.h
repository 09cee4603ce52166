// What a report is about, with the look-ups that its sections share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "judge/judgement.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::report {

/// Refers to what it was made from, which must outlive it.
class Subject {
 public:
  Subject(const suite::Suite& suite, const suite::RunRecord& run, const judge::Judgement& judgement);

  const suite::Suite& suite;
  const suite::RunRecord& run;
  const judge::Judgement& judgement;

  /// Those that took part: baselines first, then in the plan's order.
  [[nodiscard]] const std::vector<std::string>& contenders() const { return contenders_; }
  /// "Flask/Gunicorn"; the name itself where the run recorded no title.
  [[nodiscard]] std::string title(const std::string& contender) const;

  /// The suite's loads and a load's scenarios that this run measured, in the suite's order.
  [[nodiscard]] std::vector<const suite::Load*> loads() const;
  [[nodiscard]] std::vector<const suite::Scenario*> scenarios(const suite::Load& load) const;

  /// Whether the baseline of each cell is its leader.
  [[nodiscard]] bool is_led() const;

  /// Null where there is none.
  [[nodiscard]] const judge::CellFigures* figures(const std::string& load, const std::string& scenario,
                                                  const std::string& contender) const;
  [[nodiscard]] std::vector<const judge::Verdict*> verdicts(const std::string& load,
                                                            const std::string& scenario,
                                                            std::string_view metric) const;
  [[nodiscard]] std::vector<const judge::LoadSummary*> summaries(const std::string& load) const;

  /// "Medium" for "medium".
  [[nodiscard]] std::string scenario_title(const std::string& name) const;
  /// "20 clients at once, 1 call of 0.5 s each": what a load makes of a scenario.
  [[nodiscard]] static std::string describe_cell(const suite::Load& load, const std::string& scenario);

 private:
  std::vector<std::string> contenders_;
};

}  // namespace shootout::report
