// The figure of a run that a claim or a piece of advice hangs on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/evidence.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// What a claim or a piece of advice asks of a run.
struct Question {
  suite::Claim::Kind kind = suite::Claim::Kind::speedup;
  std::string load, scenario, contender;
  std::vector<std::string> contenders;  ///< with two names and no `contender`, those are the pair in question
};

/// The run's answer. At most one of the first three is there; none: it cannot be told, and `text` says why.
struct Finding {
  std::optional<stats::Estimate> figure;  ///< decides by its interval
  std::optional<double> count;            ///< the highest seen: decides by itself
  std::optional<Holds> decided;           ///< of kinds that know no range
  std::optional<double>
      most_possible;  ///< no count above this could have come about, whatever the contender does
  std::string text;   ///< the figure in words, with its interval and n
};

[[nodiscard]] Finding find(const Evidence& evidence, const Question& question);

/// Held where the whole interval (or the count) lies within [low, high], did_not_hold where it lies wholly
/// outside. A count below a bound that nothing could have exceeded tells nothing.
[[nodiscard]] Holds within(const Finding& finding, std::optional<double> low, std::optional<double> high);

/// Whether the figure is certainly `at_least` and certainly `below`, as far as these are given; without
/// either: whether it was decided and holds.
[[nodiscard]] bool certainly(const Finding& finding, std::optional<double> at_least,
                             std::optional<double> below);

}  // namespace shootout::judge
