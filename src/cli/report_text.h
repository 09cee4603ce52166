// A run's report in one of the formats; what `report` and the end of `run` print.
#pragma once

#include <string>

#include "base/error.h"
#include "suite/record.h"

namespace shootout::cli {

/// `format`: terminal, md, csv, json. With `to_stdout` the terminal form takes stdout's width and colours.
Result<std::string> report_text(const suite::RunRecord& run, const std::string& format, bool to_stdout);

}  // namespace shootout::cli
