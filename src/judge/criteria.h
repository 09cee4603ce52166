// Whether a run meets the criteria of a claim or of a piece of advice.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/evidence.h"
#include "judge/finding.h"
#include "judge/judgement.h"

namespace shootout::judge {

/// Where a figure should lie.
struct Bounds {
  std::optional<double> low{}, high{};
  bool below = false;  ///< `high` itself lies outside

  [[nodiscard]] bool holds(double value) const;
};

/// Held where the whole interval (or the count) lies within the bounds, did_not_hold where it lies wholly
/// outside. A count below a bound that nothing could have exceeded tells nothing, nor does an interval where
/// there is doubt.
[[nodiscard]] Holds within(const Finding& finding, const Bounds& bounds);

/// What a run says of criteria that all must hold.
struct Answer {
  Holds holds = Holds::could_not_tell;
  std::string figure{};            ///< what decides, in words
  std::vector<ClaimPart> parts{};  ///< one for each figure
};

/// Held: every figure lies within its bounds, each by its own interval; of tests that all must succeed none
/// needs an adjustment. Did not hold: at least one figure surely lies outside, by its interval at Holm's
/// level among all of them, since each of them is another chance of an error. `participants` as in Question.
[[nodiscard]] Answer answer(const Evidence& evidence, const std::vector<suite::Criterion>& criteria,
                            const std::vector<std::string>& participants = {});

}  // namespace shootout::judge
