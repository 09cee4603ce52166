#include "store/schema.h"

#include <fmt/format.h>

#include <array>

namespace shootout::store {
namespace {

// JSON is kept as text: what is inside it changes more often than this table should.
constexpr std::array<const char*, 2> kSteps{
    R"sql(
CREATE TABLE runs (
  id TEXT PRIMARY KEY NOT NULL,
  suite TEXT NOT NULL,
  profile TEXT NOT NULL,
  seed TEXT NOT NULL,              -- unsigned, 64 bits: more than SQLite's integers hold
  started_at TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  state TEXT NOT NULL,
  suite_text TEXT NOT NULL,
  plan TEXT NOT NULL,              -- JSON, as the next two
  machine TEXT NOT NULL,
  contenders TEXT NOT NULL
);
CREATE TABLE trials (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  contender TEXT NOT NULL,
  scenario TEXT NOT NULL,
  load TEXT NOT NULL,
  replicate INTEGER NOT NULL,
  block INTEGER NOT NULL,
  position INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  valid INTEGER NOT NULL,
  reasons TEXT NOT NULL,           -- JSON, as the next three
  metrics TEXT NOT NULL,
  load_result TEXT NOT NULL,
  observed TEXT NOT NULL,
  log_file TEXT NOT NULL,
  PRIMARY KEY (run_id, number, attempt)
);
)sql",
    R"sql(
ALTER TABLE trials ADD COLUMN gates TEXT NOT NULL DEFAULT '[]';  -- JSON
ALTER TABLE trials ADD COLUMN run_s REAL NOT NULL DEFAULT 0;
)sql",
};

Result<std::int64_t> version_of(const Database& database) {
  auto statement = database.prepare("PRAGMA user_version");
  if (!statement) return std::unexpected(statement.error());
  if (auto row = statement->step(); !row) return std::unexpected(row.error());
  return statement->number(0);
}

}  // namespace

std::span<const char* const> schema_steps() {
  return kSteps;
}

Result<void> migrate(const Database& database, std::span<const char* const> steps) {
  const auto newest = static_cast<std::int64_t>(steps.size());
  auto version = version_of(database);
  while (version && *version < newest) {
    auto stepped = database.transaction(Database::Kind::writing, [&]() -> Result<void> {
      version = version_of(database);  // another process may have been quicker
      if (!version) return std::unexpected(version.error());
      if (*version >= newest) return {};
      auto done = database.execute(steps[static_cast<size_t>(*version)]);
      if (!done) return done;
      return database.execute(fmt::format("PRAGMA user_version = {}", *version + 1));
    });
    if (!stepped) return stepped;
    version = version_of(database);
  }
  if (!version) return std::unexpected(version.error());
  if (*version > newest) {
    return fail(ExitCode::environment,
                fmt::format("{} was made by a newer shootout (schema {}, this one knows {})",
                            database.file().string(), *version, newest),
                "use that newer shootout, or keep the runs elsewhere: SHOOTOUT_HOME=/another/folder");
  }
  return {};
}

}  // namespace shootout::store
