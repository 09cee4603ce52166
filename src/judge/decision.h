// What a family of paired comparisons decides: ratios, their intervals, and a word for each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

struct Rules {
  double margin = 1.03;  ///< ratios within [1 / margin, margin] count as none
  int replicates_to_decide = 6;
  double error_rate = 0.05;  ///< of a family; what Holm shares out
};

/// The suite's rules for a load. Of a steady load whose run wanted a precision, the margin is at least 1.5
/// times that (a narrower one could not be told from none), and its intervals are at a higher confidence,
/// which makes up for having been watched until they were narrow (stats/precision.h).
[[nodiscard]] Rules rules_for(const Evidence& evidence, const suite::Load& load);

struct Decision {
  stats::Estimate ratio;  ///< with its interval at `confidence`
  double confidence = 0.95;
  std::optional<stats::Estimate> robust;
  std::optional<double> detectable;
  Word word = Word::inconclusive;
  std::string note{};  ///< of an inconclusive one: what is known all the same
};

/// One for each sample, a pair's log-ratios (one a replicate, at least one; above 0 the contender is better).
/// The samples are a family: their intervals are at Holm's levels, at the rules' rate over all. Faster and
/// slower: the whole interval lies beyond the margin. Equivalent: two one-sided tests at the pair's level
/// show that the ratio lies within it (of a single pair: its 90 % interval).
[[nodiscard]] std::vector<Decision> decide(const std::vector<std::vector<double>>& family,
                                           const Rules& rules);

/// The logarithms of ratios.
[[nodiscard]] std::vector<double> logs_of(const ByReplicate& ratios);

}  // namespace shootout::judge
