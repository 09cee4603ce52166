#include "store/schema.h"

#include <gtest/gtest.h>

#include <array>

#include "store/rows.h"

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

// As a shootout whose newest schema was version 1 left it.
TEST(Migrate, TrialsOfVersion1AreReadWithoutGates) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(database, schema_steps().first(1)));
  ASSERT_TRUE(database.execute(R"sql(
    INSERT INTO runs VALUES ('r1', 'io', 'quick', '7', '', '', 'finished', '', '{}', '{}', '{}');
    INSERT INTO trials VALUES ('r1', 1, 1, 'a', 'low', 'clients', 1, 1, 1, '', 1, '[]', '{"duration_s": 2.5}',
                               '{}', '{}', '/logs/a.log');)sql"));

  ASSERT_TRUE(migrate(database, schema_steps()));
  const auto trials = read_trials(database, "r1");
  ASSERT_TRUE(trials) << trials.error().what;
  ASSERT_EQ(trials->size(), 1u);
  const auto& trial = trials->front();
  EXPECT_EQ(trial.contender, "a");
  EXPECT_EQ(trial.metrics.at("duration_s"), 2.5);
  EXPECT_EQ(trial.log_file, "/logs/a.log");
  EXPECT_TRUE(trial.gates.empty());
  EXPECT_EQ(trial.run_s, 0);

  auto next = trial;
  next.number = 2;
  next.run_s = 1.5;
  ASSERT_TRUE(insert(database, "r1", next));
  EXPECT_EQ(read_trials(database, "r1")->at(1).run_s, 1.5);
}

}  // namespace
}  // namespace shootout::store
