// Where shootout keeps things, and where it finds its suites and contenders.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"

namespace shootout {

/// Runs, and the state of servers that `up` keeps: $SHOOTOUT_HOME, else $XDG_DATA_HOME/shootout,
/// else ~/.local/share/shootout. Not created here.
[[nodiscard]] std::filesystem::path home_folder();

/// Environments of the contenders: $XDG_CACHE_HOME/shootout, else ~/.cache/shootout. Not created here.
[[nodiscard]] std::filesystem::path cache_folder();

/// The folder that holds `contenders/` and `suites/`: the installed share folder beside the program, else the
/// source folder that the program was built from.
[[nodiscard]] std::filesystem::path program_data_folder();

/// The running program's own file, for starting itself in another role (generator, guardian).
[[nodiscard]] std::filesystem::path program_file();

/// shootout's version.
[[nodiscard]] std::string program_version();

/// Makes a folder and its parents; the error names the folder and the remedy (exit code 5).
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder);

/// What may still be written on the folder's disk; as much as can be where that is not known.
[[nodiscard]] std::uintmax_t free_bytes(const std::filesystem::path& folder);

}  // namespace shootout
