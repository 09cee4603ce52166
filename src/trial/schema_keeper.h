// A schema of shootout's own in a PostgreSQL server of the user's: made, furnished, and dropped at the end.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"

namespace shootout::trial {

/// Makes the schema in the database of `url`, whose connections find it first, runs the file in it, makes the
/// empty file `ready`, and waits for SIGTERM or SIGINT, or until the server is gone; then it drops the schema
/// with all that is in it. A keeper that was killed leaves its schema: the next one drops it, since a schema
/// is held by an advisory lock of its keeper's connection. Errors (exit code 5): no server there, no right to
/// make a schema, the server's own words.
Result<void> keep_schema(const std::string& url, const std::string& schema, const std::filesystem::path& file,
                         const std::filesystem::path& ready);

/// The process's main: the URL is the variable DATABASE_URL, so that no list of processes shows its password.
int schema_keeper_main(const std::string& schema, const std::filesystem::path& file,
                       const std::filesystem::path& ready);

}  // namespace shootout::trial
