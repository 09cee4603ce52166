#include "trial/rows.h"

namespace shootout::trial {

Result<RowCounts> count_rows(observe::Database& database, const suite::RowClaim& claim) {
  RowCounts counts;
  if (claim.read > 0) {
    auto read = database.rows_read(claim.table);
    if (!read) return std::unexpected(read.error());
    counts.read = *read;
  }
  if (claim.written > 0) {
    auto written = database.rows_in(claim.table);
    if (!written) return std::unexpected(written.error());
    counts.written = *written;
  }
  return counts;
}

void add_row_metrics(const RowCounts& before, const RowCounts& after, const suite::RowClaim& claim,
                     const engine::LoadResult& result, Metrics& metrics) {
  const bool clean = result.succeeded == result.started;
  const double good = clean ? all_answers(result) : static_cast<double>(result.succeeded);
  if (before.read && after.read) {
    metrics["rows_read"] = static_cast<double>(*after.read - *before.read);
    metrics["rows_read_claimed"] = good * claim.read;
  }
  if (before.written && after.written) {
    metrics["rows_written"] = static_cast<double>(*after.written - *before.written);
    metrics["rows_written_claimed"] = good * claim.written;
  }
}

}  // namespace shootout::trial
