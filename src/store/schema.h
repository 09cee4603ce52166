// The shape of the database, and how an older one comes to it.
#pragma once

#include <span>

#include "base/error.h"
#include "store/database.h"

namespace shootout::store {

/// SQL by version: step i brings a database of version i to version i + 1; an empty one has version 0
/// (SQLite's user_version). A step that was ever released is never changed; what is new is a further step.
[[nodiscard]] std::span<const char* const> schema_steps();

/// Brings the database to the newest version, each step whole or not at all, whoever else does the same at
/// once. One that is newer than the steps is an error (exit code 5).
Result<void> migrate(const Database& database, std::span<const char* const> steps);

}  // namespace shootout::store
