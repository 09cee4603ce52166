// The part of a load's summary in which the generator tells of itself.
#pragma once

#include <string>
#include <string_view>

#include "engine/load_result.h"

namespace shootout::cli {

/// "  label        text\n".
[[nodiscard]] std::string summary_line(std::string_view label, std::string_view text);

/// What each thread did, the generator's CPU and memory, whether Little's law holds; in an open loop what was
/// offered and sent, and how late.
[[nodiscard]] std::string generator_lines(const engine::LoadResult& result);

}  // namespace shootout::cli
