// Durations, counts, rates and sizes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace shootout::cli {

/// Seconds: "500ms", "10s", "2m", "1h", "1.5"; a bare number is seconds. Nothing where it is none of these.
[[nodiscard]] std::optional<double> duration_of(std::string_view text);

/// "200", "10k" (thousand), "2M" (million), "1G". Nothing where it is none of these, or too large.
[[nodiscard]] std::optional<std::uint64_t> count_of(std::string_view text);

/// Per second: "200", "0.5", "50k", "1.5M", "100/s".
[[nodiscard]] std::optional<double> rate_of(std::string_view text);

/// Bytes: "100", "64KB" (64,000), "5MB" (5,000,000), "1GB", "64KiB" (65,536), "5MiB", "1GiB"; "100B".
[[nodiscard]] std::optional<std::uint64_t> size_of(std::string_view text);

/// "10%" or "0.1": above 0, at most 1.
[[nodiscard]] std::optional<double> share_of(std::string_view text);

/// "200,404", "2xx", "2xx,404": the codes, 200 to 999.
[[nodiscard]] std::optional<std::vector<int>> statuses_of(std::string_view text);

/// "0", "0,2", "0-3,6".
[[nodiscard]] std::optional<std::vector<int>> cpus_of(std::string_view text);

}  // namespace shootout::cli
