#include "observe/database.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "observe/postgres_for_test.h"

namespace shootout::observe {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresForTest>();
    if (!server_->ready()) return;
    auto database = Database::connect(server_->url());
    ASSERT_TRUE(database);
    auto made = database->run(
        {"CREATE EXTENSION pg_stat_statements", "CREATE TABLE items (id integer PRIMARY KEY, name text)",
         "CREATE TABLE items_old (id integer)", "CREATE TABLE \"Odd \"\"name\" (id text)",
         "INSERT INTO items SELECT i, 'item-' || i FROM generate_series(1, 1000) AS i",
         "INSERT INTO items_old SELECT generate_series(1, 50)",
         "CREATE ROLE stranger LOGIN PASSWORD 'strange'"});
    ASSERT_TRUE(made) << made.error().what;
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server_->on_this_machine())
      GTEST_SKIP() << "NO POSTGRESQL >= 15 ON THIS MACHINE: Database is not tested (tools/setup test)";
    ASSERT_TRUE(server_->ready());
    auto database = Database::connect(server_->url());
    ASSERT_TRUE(database) << database.error().what;
    database_ = std::make_unique<Database>(std::move(*database));
  }

  static Result<void> as_somebody_else(const std::vector<std::string>& statements) {
    auto other = Database::connect(server_->url());
    return other ? other->run(statements) : std::unexpected(other.error());
  }

  static std::unique_ptr<PostgresForTest> server_;
  std::unique_ptr<Database> database_;
};
std::unique_ptr<PostgresForTest> DatabaseTest::server_;

TEST_F(DatabaseTest, CountsRowsThatAreCommitted) {
  EXPECT_EQ(database_->rows_in("items").value(), 1000);
  auto other = Database::connect(server_->url());
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->run({"BEGIN", "INSERT INTO items VALUES (2000, 'x')"}));
  EXPECT_EQ(database_->rows_in("items").value(), 1000);
  ASSERT_TRUE(other->run({"COMMIT"}));
  EXPECT_EQ(database_->rows_in("items").value(), 1001);
  ASSERT_TRUE(other->run({"DELETE FROM items WHERE id = 2000"}));
  EXPECT_EQ(database_->rows_in("Odd \"name").value(), 0);
  const auto missing = database_->rows_in("items; DROP TABLE items");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ExitCode::environment);
  EXPECT_NE(missing.error().what.find("does not exist"), std::string::npos) << missing.error().what;
}

TEST_F(DatabaseTest, CountsRowsThatOthersRead) {
  const auto before = database_->rows_read("items").value().value();
  ASSERT_TRUE(
      as_somebody_else({"SELECT id, name FROM items WHERE id = 7", "  select * FROM \"items\" WHERE id < 4",
                        "SELECT id FROM items WHERE id = 5000",
                        "SELECT * FROM items_old",                    // another table
                        "UPDATE items SET name = name WHERE id = 1",  // no SELECT
                        "SELECT i.name FROM public.items AS i WHERE i.id IN (8, 9)"}));
  // Our own questions do not count, not even where they begin like somebody else's.
  EXPECT_TRUE(database_->rows_in("items"));
  EXPECT_TRUE(database_->has_row("items", "7").value());
  EXPECT_EQ(database_->rows_read("items").value().value(), before + 1 + 3 + 0 + 2);
  EXPECT_EQ(database_->rows_read("items_old").value().value(), 50);
  ASSERT_TRUE(as_somebody_else({"SELECT count(*) FROM items"}));
  EXPECT_EQ(database_->rows_read("items").value().value(), before + 7);
}

TEST_F(DatabaseTest, WhoMaySeeOnlyItsOwnStatementsGetsNoCount) {
  auto stranger = Database::connect(server_->url("stranger", "strange"));
  ASSERT_TRUE(stranger) << stranger.error().what;
  auto count = stranger->rows_read("items");
  ASSERT_TRUE(count) << count.error().what;
  EXPECT_FALSE(count->has_value());
  // A database without the extension does not count either.
  auto elsewhere = Database::connect(server_->url("postgres", kTestPassword, "template1"));
  ASSERT_TRUE(elsewhere);
  count = elsewhere->rows_read("items");
  ASSERT_TRUE(count) << count.error().what;
  EXPECT_FALSE(count->has_value());
}

TEST_F(DatabaseTest, FindsARowByItsId) {
  EXPECT_TRUE(database_->has_row("items", "1000").value());
  for (const char* id : {"1001", "one", "", "99999999999999999999", "1' OR '1'='1"})
    EXPECT_FALSE(database_->has_row("items", id).value()) << id;
  EXPECT_FALSE(database_->has_row("Odd \"name", "one").value());
  EXPECT_FALSE(database_->has_row("nowhere", "1"));
}

TEST_F(DatabaseTest, KnowsSettingsAndClients) {
  EXPECT_EQ(database_->setting("max_connections").value(), "100");
  EXPECT_EQ(database_->setting("shared_buffers").value(), "128MB");
  EXPECT_FALSE(database_->setting("no_such_setting"));
  const int before = database_->clients().value();
  {
    auto other = Database::connect(server_->url());
    auto stranger = Database::connect(server_->url("stranger", "strange"));
    ASSERT_TRUE(other && stranger);
    EXPECT_EQ(database_->clients().value(), before + 2);
    EXPECT_EQ(stranger->clients().value(), before + 2) << "seen by one who may not look at them";
  }
}

TEST_F(DatabaseTest, ErrorsNameTheServerAndKeepThePassword) {
  const auto named = fmt::format("127.0.0.1:{}", server_->port());
  for (const auto& url : {server_->url("postgres", "wrong-secret"), server_->url("nobody", "wrong-secret"),
                          server_->url("postgres", "wrong-secret", "no_such_database"),
                          std::string("postgresql://postgres:wrong-secret@127.0.0.1:notaport/x"),
                          std::string("postgresql://postgres:wrong-secret@[::1/x"),
                          std::string("postgresql://postgres:wrong-secret@127.0.0.1:1/x?nonsense=1")}) {
    const auto refused = Database::connect(url);
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code, ExitCode::environment);
    EXPECT_EQ((refused.error().what + refused.error().remedy).find("wrong-secret"), std::string::npos)
        << refused.error().what;
    if (url.find(named) != std::string::npos) {
      EXPECT_NE(refused.error().what.find(named), std::string::npos) << refused.error().what;
    }
  }
  const auto failed = database_->run({"SELECT 1", "SELECT 'not-to-be-seen' FROM nowhere"});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().what.find("relation \"nowhere\" does not exist"), std::string::npos);
  EXPECT_EQ(failed.error().what.find(kTestPassword), std::string::npos) << failed.error().what;
}

TEST_F(DatabaseTest, WaitsFiveSecondsForAServerThatIsSilent) {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(Database::connect(
      fmt::format("postgresql://u:p@127.0.0.1:{}/x?connect_timeout=60", ntohs(address.sin_port))));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_F(DatabaseTest, AServerThatGoesIsTold) {
  PostgresForTest own;
  ASSERT_TRUE(own.ready());
  auto database = Database::connect(own.url());
  ASSERT_TRUE(database);
  EXPECT_EQ(database->setting("fsync").value(), "off");
  own.stop();
  const auto gone = database->rows_in("items");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ExitCode::environment);
  EXPECT_FALSE(database->setting("fsync"));
  EXPECT_FALSE(database->has_row("items", "1"));
}

}  // namespace
}  // namespace shootout::observe
