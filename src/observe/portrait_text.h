// What a portrait takes out of the texts of /proc/PID: proc(5).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shootout::observe {

/// Cpus_allowed_list of /proc/PID/status.
[[nodiscard]] std::vector<int> parse_allowed_cores(std::string_view status);

/// The soft limit of open files, of /proc/PID/limits; nothing where it is unlimited.
[[nodiscard]] std::optional<std::int64_t> parse_open_files_limit(std::string_view limits);

/// Of /proc/PID/maps: the loaded modules that are known to make a difference. A Python package is known by
/// its folder below site-packages, a shared library by its name.
[[nodiscard]] std::set<std::string> known_libraries(std::string_view maps);

}  // namespace shootout::observe
