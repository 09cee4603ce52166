// One run held against an earlier one: contender by contender, cell by cell. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "judge/evidence.h"
#include "judge/run_differences.h"
#include "stats/paired_ratio.h"

namespace shootout::judge {

enum class ChangeWord { better, worse, equivalent, inconclusive };
[[nodiscard]] std::string_view name(ChangeWord word);

/// A figure's logarithms in both runs, one a replicate, signed so that more is better. The runs share no
/// blocks: the samples are independent.
struct LogSamples {
  std::vector<double> before, after;

  /// At least two values on each side.
  [[nodiscard]] bool has_interval() const { return before.size() > 1 && after.size() > 1; }
  /// How many times as good it is after as before: the ratio of the geometric means, with Welch's interval
  /// (stats::welch) where there is one; `n` is the smaller count. Each side must have a value.
  [[nodiscard]] stats::Estimate ratio(double confidence = 0.95) const;
  /// The two-sided p-value of Welch's test that the true ratio is `ratio`; has_interval() must hold.
  [[nodiscard]] double p_value(double ratio = 1) const;
};

/// What became of a contender's figure in one cell.
struct CellChange {
  std::string load, scenario, contender, metric;
  bool decides = false;           ///< the metric that the load's verdicts are about
  stats::Estimate before, after;  ///< the figure itself, mean over replicates
  /// Above 1: it is better after. At `confidence`: Holm's level among all cells compared by this metric.
  stats::Estimate ratio;
  double confidence = 0.95;
  double margin = 1.03;  ///< ratios within [1 / margin, margin] count as none
  ChangeWord word = ChangeWord::inconclusive;
  bool may_decide = true;  ///< enough replicates, and of a quantile enough requests beyond it
  std::string note;        ///< why it may not, or what is known where nothing is decided; or empty
  LogSamples samples;
};

struct RunComparison {
  std::vector<RunDifference> differences;
  std::vector<CellChange>
      changes;  ///< in the suite's order: load, scenario, contender; the deciding metric first
  std::vector<std::string> warnings;
  /// The level that Holm's adjustment shares out: 5 %, and less where a run was watched until its intervals
  /// were narrow (stats/precision.h).
  double error_rate = 0.05;
};

/// Both must be of the same suite (RunRecord::suite). Loads are read, and gates applied, as the later run has
/// them.
[[nodiscard]] RunComparison compare(const Evidence& before, const Evidence& after);

/// The metrics that a load's cells are compared by, the deciding one first.
[[nodiscard]] std::vector<std::string> metrics_compared(const suite::Load& load);

}  // namespace shootout::judge
