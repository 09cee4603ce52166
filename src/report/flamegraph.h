// A flamegraph as a picture (Gregg, "The Flame Graph", CACM 59:6): who called whom upwards, time as width.
#pragma once

#include <string>

#include "report/folded_stacks.h"

namespace shootout::report {

/// A standalone SVG document: every frame with its share in a hover title, frames of Python warm, native ones
/// cool. The widths are shares of the samples; from left to right there is no order of time.
[[nodiscard]] std::string flamegraph_svg(const CallNode& root, const std::string& title,
                                         const std::string& subtitle);

}  // namespace shootout::report
