// The database's counts against the claims of the answers: fewer rows than claimed are answers that were made
// up (or kept from before); more than the claims and the requests that failed explain are somebody else's.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "judge/evidence.h"
#include "judge/gate_list.h"
#include "judge/recorded.h"

namespace shootout::judge {
namespace {

/// Of rows read, beside the requests that failed: what the statistics count of others, as autovacuum's looks.
constexpr double kReadTolerance = 0.01;

struct Rows {
  double counted, claimed;
};
std::optional<Rows> rows_of(const suite::TrialRecord& trial, const std::string& metric) {
  const auto counted = metric_of(trial, metric), claimed = metric_of(trial, metric + "_claimed");
  return counted && claimed ? std::optional(Rows{*counted, *claimed}) : std::nullopt;
}

/// Requests without a good answer may have been served all the same, and those that were sent again (on a
/// connection that the server had closed) twice.
double requests_in_doubt(const suite::TrialRecord& trial) {
  return metric_of(trial, "errors").value_or(0) + number_at(trial.load_result, "unanswered").value_or(0) +
         number_at(trial.load_result, "closed_by_server_idle").value_or(0);
}

void look_at(const Rows& rows, const std::string& what, double allowed, GateList& list) {
  list.at_most("verification", "rows_" + what + "_missing", std::max(rows.claimed - rows.counted, 0.0), 0,
               [&] {
                 return fmt::format("the database counted {:.0f} rows {}, the answers claim {:.0f}",
                                    rows.counted, what, rows.claimed);
               });
  list.at_most(
      "verification", "rows_" + what + "_unclaimed", std::max(rows.counted - rows.claimed, 0.0), allowed,
      [&] {
        return fmt::format(
            "the database counted {:.0f} rows {}, the answers claim {:.0f}, and requests that failed "
            "explain {:.0f} more",
            rows.counted, what, rows.claimed, allowed);
      });
}

}  // namespace

void look_at_rows(const suite::TrialRecord& trial, const suite::Cell& cell, GateList& list) {
  const double doubtful = requests_in_doubt(trial);
  const suite::RowClaim each = cell.rows.value_or(suite::RowClaim{});
  if (const auto read = rows_of(trial, "rows_read"))
    look_at(*read, "read", doubtful * each.read + kReadTolerance * read->claimed, list);
  if (const auto written = rows_of(trial, "rows_written"))
    look_at(*written, "written", doubtful * each.written, list);
}

bool rows_are_missing(const suite::TrialRecord& trial) {
  for (const auto* metric : {"rows_read", "rows_written"})
    if (const auto rows = rows_of(trial, metric); rows && rows->counted < rows->claimed) return true;
  return false;
}

}  // namespace shootout::judge
