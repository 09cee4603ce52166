#include "store/schema.h"

#include <gtest/gtest.h>

#include <array>

namespace shootout::store {
namespace {

constexpr std::array kOld{"CREATE TABLE runs (id TEXT); "};
constexpr std::array kNew{kOld[0], "ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT 'none'"};
constexpr std::array kBroken{kOld[0],
                             "ALTER TABLE runs ADD COLUMN note TEXT; INSERT INTO nowhere VALUES (1)"};

Database in_memory() {
  return std::move(Database::open(":memory:").value());
}

std::string first(const Database& database, const std::string& sql) {
  auto row = database.prepare(sql);
  if (!row) return row.error().what;
  return row->step().value() ? row->text(0) : "no row";
}

TEST(Migrate, BringsAnOlderDatabaseToTheNewestVersion) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(database, kOld));
  EXPECT_EQ(first(database, "PRAGMA user_version"), "1");
  ASSERT_TRUE(database.execute("INSERT INTO runs VALUES ('r1')"));

  ASSERT_TRUE(migrate(database, kNew));
  EXPECT_EQ(first(database, "PRAGMA user_version"), "2");
  EXPECT_EQ(first(database, "SELECT id || ' ' || note FROM runs"), "r1 none");
  ASSERT_TRUE(migrate(database, kNew)) << "again: nothing to do";
}

TEST(Migrate, AnEmptyDatabaseTakesEveryStep) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(database, kNew));
  EXPECT_EQ(first(database, "PRAGMA user_version"), "2");
  EXPECT_EQ(first(database, "SELECT count(note) FROM runs"), "0");
}

TEST(Migrate, AStepThatFailsLeavesTheOlderVersionWhole) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(database, kOld));
  EXPECT_FALSE(migrate(database, kBroken));
  EXPECT_EQ(first(database, "PRAGMA user_version"), "1");
  EXPECT_EQ(first(database, "SELECT count(*) FROM pragma_table_info('runs')"), "1");
  EXPECT_TRUE(migrate(database, kNew)) << "no transaction is left open";
}

TEST(Migrate, ANewerDatabaseIsLeftAlone) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(database, kNew));
  const auto result = migrate(database, kOld);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ExitCode::environment);
  EXPECT_EQ(result.error().what, ":memory: was made by a newer shootout (schema 2, this one knows 1)");
}

}  // namespace
}  // namespace shootout::store
