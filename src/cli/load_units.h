// Durations and counts as wrk's users write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace shootout::cli {

/// Seconds: "500ms", "10s", "2m", "1h", "1.5"; a bare number is seconds. Nothing where it is none of these.
[[nodiscard]] std::optional<double> duration_of(std::string_view text);

/// "200", "10k" (thousand), "2M" (million). Nothing where it is none of these, or too large.
[[nodiscard]] std::optional<std::uint64_t> count_of(std::string_view text);

}  // namespace shootout::cli
