// SHA-256 of what an environment is made from.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace shootout::launch {

/// SHA-256 as 64 hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// What a folder holds, as paths relative to it, sorted; without Python's caches and virtual environments.
Result<std::vector<std::filesystem::path>> files_in(const std::filesystem::path& folder);

/// SHA-256 over the names, modes and contents of these files of the folder.
Result<std::string> sha256_of_files(const std::filesystem::path& folder,
                                    const std::vector<std::filesystem::path>& files);

/// A whole file; the error names it (exit code 5).
Result<std::string> read_file(const std::filesystem::path& file);

}  // namespace shootout::launch
