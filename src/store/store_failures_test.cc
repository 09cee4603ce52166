// What must not cost a finished trial, and what must be told in words.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "store/database.h"
#include "store/rows.h"
#include "store/test_home.h"

namespace shootout::store {
namespace {

class StoreFailures : public StoreTest {};

// A child that adds trials until it is killed; it tells each that add() called finished.
[[noreturn]] void add_for_ever(const fs::path& home, int told) {
  auto store = Store::open(home);
  auto trial = large_trial(0, 200'000);
  while (store) {
    ++trial.number;
    if (!store->add("r1", trial)) break;
    if (write(told, "+", 1) != 1) break;
  }
  _exit(1);
}

TEST_F(StoreFailures, KillingTheWriterLosesNoFinishedTrial) {
  for (int round = 0; round < 5; ++round) {
    fs::remove_all(home());
    ASSERT_TRUE(opened().begin(run_named("r1")));
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) add_for_ever(home(), ends[1]);
    close(ends[1]);
    char byte;
    size_t finished = 0;
    while (finished < 4 && read(ends[0], &byte, 1) == 1) ++finished;
    usleep(static_cast<useconds_t>(round) * 1500);  // so that the kill meets the next add() at another point
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    while (read(ends[0], &byte, 1) == 1) ++finished;
    close(ends[0]);

    const auto run = opened().read("r1");
    ASSERT_TRUE(run) << run.error().what;
    ASSERT_GE(finished, 4u);
    EXPECT_GE(run->trials.size(), finished);
    EXPECT_LE(run->trials.size(), finished + 1) << "one may have been on disk, but not yet told";
    for (const auto& trial : run->trials) {
      EXPECT_EQ(trial.load_result.at("filler").get_ref<const std::string&>().size(), 200'000u);
    }
  }
}

TEST_F(StoreFailures, SeveralShootoutsWriteAtOnce) {
  constexpr int kWriters = 3, kTrials = 6;
  std::vector<pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = Store::open(home());  // all of them find no database, and make it
      const std::string id = "r" + std::to_string(writer);
      bool good = store && store->begin(run_named(id));
      for (int number = 1; good && number <= kTrials; ++number)
        good = store->add(id, trial_numbered(number)).has_value();
      _exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  const auto lines = opened().list();
  ASSERT_EQ(lines->size(), static_cast<size_t>(kWriters));
  for (const auto& line : *lines) EXPECT_EQ(line.trials, kTrials);
}

TEST_F(StoreFailures, AFullDiskIsSaidAndLosesNothing) {
  ASSERT_TRUE(opened().begin(run_named("r1")));
  auto database = Database::open(file());
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->execute("PRAGMA max_page_count = 30"));  // SQLite's own simulation of a full disk
  int added = 0;
  Result<void> result;
  while (added < 1000 && (result = insert(*database, "r1", large_trial(added + 1)))) ++added;
  ASSERT_FALSE(result);
  EXPECT_GT(added, 0);
  EXPECT_EQ(result.error().code, ExitCode::environment);
  EXPECT_EQ(result.error().what, "no space left for the runs in " + home().string());
  EXPECT_EQ(result.error().remedy,
            "free some space there (finished trials are kept), or keep the runs elsewhere: "
            "SHOOTOUT_HOME=/another/folder");
  EXPECT_EQ(opened().read("r1")->trials.size(), static_cast<size_t>(added));
}

TEST_F(StoreFailures, ADamagedFileIsSaid) {
  fs::create_directories(home());
  std::ofstream(file()) << std::string(5000, 'x');
  const auto store = Store::open(home());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ExitCode::environment);
  EXPECT_EQ(store.error().what, file().string() + " is damaged: file is not a database");
  EXPECT_NE(store.error().remedy.find("mv " + file().string()), std::string::npos);
}

TEST_F(StoreFailures, ATornFileIsSaid) {
  {
    auto store = opened();
    ASSERT_TRUE(store.begin(run_named("r1")));
    for (int number = 1; number < 5; ++number) ASSERT_TRUE(store.add("r1", large_trial(number)));
  }
  fs::resize_file(file(), fs::file_size(file()) / 2);
  auto store = Store::open(home());
  const Error error = store ? store->read("r1").error() : store.error();
  EXPECT_EQ(error.code, ExitCode::environment);
  EXPECT_NE(error.what.find("is damaged"), std::string::npos) << error.what;
}

TEST_F(StoreFailures, AColumnThatIsNoJsonIsDamage) {
  ASSERT_TRUE(opened().begin(run_named("r1")));
  ASSERT_TRUE(Database::open(file())->execute("UPDATE runs SET plan = '{'"));
  EXPECT_NE(opened().read("r1").error().what.find("is damaged"), std::string::npos);
}

TEST_F(StoreFailures, ANewerSchemaIsSaid) {
  static_cast<void>(opened());
  ASSERT_TRUE(Database::open(file())->execute("PRAGMA user_version = 99"));
  const auto store = Store::open(home());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ExitCode::environment);
  EXPECT_EQ(store.error().what,
            file().string() + " was made by a newer shootout (schema 99, this one knows 2)");
}

TEST_F(StoreFailures, AHomeThatCannotBeIsSaid) {
  std::ofstream(root_ / "file") << "x";
  const auto store = Store::open(root_ / "file" / "home");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ExitCode::environment);
  EXPECT_NE(store.error().what.find((root_ / "file" / "home").string()), std::string::npos);

  fs::create_directories(file());  // a folder in the database's place
  EXPECT_EQ(Store::open(home()).error().code, ExitCode::environment);
}

// Root may write everywhere: what is tried then goes on as nobody.
Result<Store> open_without_privileges(const fs::path& home) {
  constexpr uid_t kNobody = 65534;
  const bool root = geteuid() == 0;
  if (root && seteuid(kNobody) != 0) throw std::runtime_error("seteuid");
  auto store = Store::open(home);
  if (root && seteuid(0) != 0) throw std::runtime_error("seteuid");
  return store;
}

TEST_F(StoreFailures, AnUnwritableHomeIsSaid) {
  static_cast<void>(opened());
  chmod(root_.c_str(), 0755);

  chmod(home().c_str(), 0555);
  const auto folder = open_without_privileges(home());
  chmod(home().c_str(), 0777);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ExitCode::environment);
  EXPECT_EQ(folder.error().what, "cannot write to " + home().string() + ": Permission denied");

  chmod(file().c_str(), 0444);
  const auto database = open_without_privileges(home());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ExitCode::environment);
  EXPECT_TRUE(database.error().what.starts_with("cannot write to " + file().string()))
      << database.error().what;
}

}  // namespace
}  // namespace shootout::store
