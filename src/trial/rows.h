// The database's own counts around a trial: what was read and written, whatever the answers claim.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "engine/load_result.h"
#include "observe/database.h"
#include "suite/suite.h"
#include "trial/metrics.h"

namespace shootout::trial {

/// Totals so far; what the claim does not speak of, or the server does not count, is absent.
struct RowCounts {
  std::optional<std::int64_t> read, written;
};

Result<RowCounts> count_rows(observe::Database& database, const suite::RowClaim& claim);

/// rows_read, rows_written and what the good answers claim of each. Where something failed only answers
/// inside the window are known to be good; else all that came are, those of the settling included.
void add_row_metrics(const RowCounts& before, const RowCounts& after, const suite::RowClaim& claim,
                     const engine::LoadResult& result, Metrics& metrics);

}  // namespace shootout::trial
