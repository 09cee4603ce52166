// A comparison of two runs: as terminal text, Markdown and JSON.
#pragma once

#include <string>
#include <vector>

#include "judge/comparison.h"
#include "judge/fail_if.h"
#include "report/document.h"

namespace shootout::report {

/// A condition as it was written, with what became of it.
struct JudgedCondition {
  std::string text;
  judge::ConditionVerdict verdict;
};

/// What a comparison's report is about; refers to what it was made from, which must outlive it.
struct ComparedRuns {
  const judge::Evidence& before;
  const judge::Evidence& after;
  const judge::RunComparison& comparison;
  const std::vector<JudgedCondition>& conditions;
};

/// For `terminal_text` and `markdown_text` (report/render.h).
[[nodiscard]] Document comparison_document(const ComparedRuns& runs);
/// The document `shootout.compare/1` (docs/compare.md).
[[nodiscard]] std::string comparison_json(const ComparedRuns& runs);

}  // namespace shootout::report
