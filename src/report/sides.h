// The contenders of a cell side by side, and what all its tables say of them alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/document.h"
#include "report/format.h"
#include "report/subject.h"

namespace shootout::report {

/// One cell of the suite for one contender; null where there are no figures.
struct Side {
  std::string contender;
  const judge::CellFigures* figures;
};

/// Those that took part, in the subject's order, then those that could not. Where the cell has a leader the
/// best by the deciding metric comes first.
[[nodiscard]] std::vector<Side> sides_of(const Subject& subject, const suite::Load& load,
                                         const suite::Scenario& scenario);

/// Null where the figure was not taken, or is a quantile of too few requests.
[[nodiscard]] const stats::Estimate* estimate_of(const suite::Load& load, const Side& side,
                                                 std::string_view metric);

/// The count of replicates behind most of the metrics' figures; others say theirs.
[[nodiscard]] int usual_count(const suite::Load& load, const std::vector<Side>& sides,
                              const std::vector<std::string_view>& metrics);

/// "41 ms [39, 43]", with its count where that is not the usual one; a dash where there is none.
[[nodiscard]] Text with_count(const stats::Estimate* estimate, Quantity quantity, int usual);

/// "Contender (n = 6)".
[[nodiscard]] std::string titled(std::string_view title, int usual);

/// "1", or "1 to 2" of those that could not be told apart.
[[nodiscard]] Text rank_of(const Side& side);
[[nodiscard]] bool any_ranked(const std::vector<Side>& sides);

/// Whether the baseline of the cell is its leader.
[[nodiscard]] bool has_leader(const std::vector<Side>& sides);

/// "leads", or "slower 0.83x [0.79, 0.88]": a contender against the leader; without a leader its improvement
/// on the baseline.
[[nodiscard]] Text standing_of(const Subject& subject, const suite::Load& load,
                               const suite::Scenario& scenario, const Side& side, int usual);

/// Why a contender has no figures in the cell: "not supported: WHY", "not measured" ...; empty where it has
/// some.
[[nodiscard]] std::string absence_of(const Side& side);

/// "85.1 → 92.3 [91.0, 93.6] → 90.0 MiB": memory at the start, at its highest, at the end, PSS or else RSS.
[[nodiscard]] Text memory_of(const suite::Load& load, const Side& side, int usual);
/// "Memory (PSS), start → peak → end"; of RSS where nobody's PSS was taken.
[[nodiscard]] std::string memory_title(const suite::Load& load, const std::vector<Side>& sides);

/// The tone of a verdict's word.
[[nodiscard]] Tone tone_of(judge::Word word);

}  // namespace shootout::report
