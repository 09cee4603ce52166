// The figure of a run that a claim or a piece of advice hangs on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"
#include "stats/interval.h"

namespace shootout::judge {

/// What a claim or a piece of advice asks of a run: one figure of a suite::Criterion.
struct Question {
  suite::Criterion::Kind kind = suite::Criterion::Kind::speedup;
  std::string load{}, scenario{}, contender{};
  std::string against{}, from{}, metric{};
  /// Of a claim: with two names and no `contender`, those are the pair in question.
  std::vector<std::string> participants{};
};

/// The run's answer. At most one of the first three is there; none: it cannot be told, and `text` says why.
struct Finding {
  std::optional<stats::Estimate> figure;  ///< decides by its interval, which is at 95 % here
  std::optional<double> count;            ///< decides by itself
  std::optional<Holds> decided;           ///< of kinds that know no range
  std::optional<double>
      most_possible;    ///< no count above this could have come about, whatever the contender does
  bool seldom = false;  ///< a count of so few replicates that nothing more having come tells nothing
  std::string doubt{};  ///< why nothing is decided, whatever the figure
  std::string text{};   ///< the figure in words, with its interval and n

  // How a figure decides.
  stats::Scale scale = stats::Scale::plain;
  double error_rate = 0.05;  ///< of its interval, where nothing else is asked
  int enough = 2;            ///< replicates; fewer decide nothing
  // How it is told.
  std::string before{}, unit{}, after{};
  double divisor = 1;
};

[[nodiscard]] Finding find(const Evidence& evidence, const Question& question);

/// That it cannot be told, and why.
[[nodiscard]] Finding unknown(std::string why);
/// A ratio, told as "8.12x [7.90, 8.33], n = 3" between `before` and `after`.
[[nodiscard]] Finding measured_ratio(const stats::Estimate& ratio, std::string before = {},
                                     std::string after = {});
/// A figure that is no ratio, told in `unit` (with its space, each `divisor` of what was recorded).
[[nodiscard]] Finding measured(const stats::Estimate& estimate, std::string unit, double divisor = 1,
                               std::string before = {}, std::string after = {});

/// The finding's text with another interval of its figure, which is at `confidence`.
[[nodiscard]] std::string told(const Finding& finding, const stats::Estimate& figure, double confidence);

}  // namespace shootout::judge
