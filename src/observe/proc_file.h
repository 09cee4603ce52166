// Small files of the kernel (/proc, /sys), read whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shootout::observe {

/// The text of a kernel file; nothing where it cannot be read (gone, another user's, absent in this kernel).
[[nodiscard]] std::optional<std::string> read_proc_file(const std::string& path);

/// The number behind "KEY:" at a line's beginning, as in /proc/PID/io and /proc/meminfo (its unit is the
/// file's).
[[nodiscard]] std::optional<std::int64_t> number_after(std::string_view text, std::string_view key);

/// The decimal number that the text is or begins with.
[[nodiscard]] std::optional<std::int64_t> leading_number(std::string_view text);

/// The names of a folder that are decimal numbers: processes in /proc, descriptors in /proc/PID/fd.
/// Empty where the folder cannot be read.
[[nodiscard]] std::vector<int> numbered_entries(const std::string& folder);

}  // namespace shootout::observe
