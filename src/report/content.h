// The whole report, before it is rendered.
#pragma once

#include "judge/judgement.h"
#include "report/document.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::report {

[[nodiscard]] Document content(const suite::Suite& suite, const suite::RunRecord& run,
                               const judge::Judgement& judgement);

}  // namespace shootout::report
