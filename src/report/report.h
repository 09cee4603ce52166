// A run's report: the same content as terminal text, Markdown, CSV and JSON.
#pragma once

#include <string>

#include "judge/judgement.h"
#include "report/render.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::report {

/// The report for a person at a terminal; readable at 80 columns and in a pipe.
[[nodiscard]] std::string terminal(const suite::Suite& suite, const suite::RunRecord& run,
                                   const judge::Judgement& judgement, const TerminalStyle& style);
[[nodiscard]] std::string markdown(const suite::Suite& suite, const suite::RunRecord& run,
                                   const judge::Judgement& judgement);
/// One tidy row a trial; RFC 4180.
[[nodiscard]] std::string csv(const suite::RunRecord& run);
/// The document `shootout.run/1` (docs/json.md).
[[nodiscard]] std::string json(const suite::Suite& suite, const suite::RunRecord& run,
                               const judge::Judgement& judgement);

}  // namespace shootout::report
