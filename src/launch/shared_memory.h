// PostgreSQL's System V shared memory: the kernel keeps the segment of a server that was killed.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace shootout::launch {

/// Removes the segment that a PostgreSQL server with its data in this folder left, where it left one; what is
/// still attached to it (a server's processes that outlived it) is killed first. For servers whose root has
/// ended. Exit code 5 where it cannot be removed.
Result<void> remove_shared_memory(const std::filesystem::path& data_folder);

}  // namespace shootout::launch
