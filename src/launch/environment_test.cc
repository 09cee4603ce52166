#include "launch/environment.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

namespace shootout::launch {
namespace {
namespace fs = std::filesystem;
using suite::Contender;

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

std::string read(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

void make_executable(const fs::path& file, const std::string& text) {
  write(file, text);
  fs::permissions(file, fs::perms::owner_all);
}

void wait_for(const std::function<bool()>& true_at_last) {
  while (!true_at_last()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

// Gone, or a zombie that waits for its new parent.
bool has_ended(pid_t pid) {
  const auto stat = read("/proc/" + std::to_string(pid) + "/stat");
  return stat.empty() || stat.substr(stat.rfind(')') + 2, 1) == "Z";
}

class EnvironmentTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "shootout-test-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directories(root_ / "own");
    setenv("XDG_CACHE_HOME", (root_ / "cache").c_str(), 1);
    path_ = std::getenv("PATH");
  }
  void TearDown() override {
    setenv("PATH", path_.c_str(), 1);
    unsetenv("XDG_CACHE_HOME");
    fs::remove_all(root_);
  }

  Contender with_commands(std::vector<std::vector<std::string>> commands) {
    Contender contender;
    contender.name = "own";
    contender.folder = root_ / "own";
    contender.environment.prepare = std::move(commands);
    return contender;
  }
  Contender with_lock_file(const std::string& text) {
    write(root_ / "own" / "requirements.txt", text);
    Contender contender;
    contender.name = "own";
    contender.folder = root_ / "own";
    contender.environment.python = "requirements.txt";
    return contender;
  }
  // Appends a line to root_/made each time it runs.
  Contender counted() { return with_commands({{"sh", "-c", "echo once >> " + made().string()}}); }
  fs::path made() { return root_ / "made"; }

  fs::path environments() { return root_ / "cache" / "shootout" / "environments"; }
  size_t folders() {
    size_t count = 0;
    if (!fs::exists(environments())) return 0;
    for (const auto& entry : fs::directory_iterator(environments())) count += entry.is_directory() ? 1 : 0;
    return count;
  }

  fs::path root_;
  std::string path_;
};

TEST_F(EnvironmentTest, NothingIsMadeForWhatNeedsNothing) {
  Contender url;
  url.name = "theirs";
  url.url = "http://127.0.0.1:1";
  const auto all = prepare({url}, false);
  ASSERT_TRUE(all) << all.error().what;
  EXPECT_TRUE(all->at("theirs").folder.empty());
  EXPECT_EQ(prepared({url}).size(), 1U);
  EXPECT_FALSE(fs::exists(environments()));
}

TEST_F(EnvironmentTest, WhatTheMachineMustHaveIsNamedWithItsPackages) {
  make_executable(root_ / "there", "#!/bin/sh\n");
  setenv("PATH", root_.c_str(), 1);
  Contender one;
  one.name = "one";
  one.environment.programs = {{"there", "p0"}, {"no-such-a", "p1"}};
  Contender two = one;
  two.name = "two";
  two.environment.programs = {{"no-such-b", "p2"}};
  const auto all = prepare({one, two}, false);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ExitCode::environment);
  EXPECT_EQ(all.error().what, "this machine has no no-such-a, no-such-b, which one, two need");
  EXPECT_EQ(all.error().remedy, "on Debian: `apt-get install p1 p2`");
  one.environment.programs.erase("no-such-a");
  EXPECT_TRUE(prepare({one}, false));
}

TEST_F(EnvironmentTest, CommandsRunOnceInACopy) {
  write(root_ / "own" / "main.txt", "source");
  const auto contender = with_commands({{"sh", "-c", "cat main.txt > built; pwd >> " + made().string()}});
  EXPECT_TRUE(prepared({contender}).empty());
  std::vector<PrepareStep> steps;
  const auto progress = [&](const std::string&, PrepareStep step, const std::string&) {
    steps.push_back(step);
  };
  const auto first = prepare({contender}, false, progress);
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_EQ(read(first->at("own").programs / "built"), "source");
  EXPECT_FALSE(fs::exists(root_ / "own" / "built"));
  EXPECT_EQ(steps, (std::vector{PrepareStep::making, PrepareStep::done}));
  const auto again = prepare({contender}, false, progress);
  ASSERT_TRUE(again);
  EXPECT_EQ(steps.back(), PrepareStep::cached);
  EXPECT_EQ(read(made()), first->at("own").folder.string() + "\n");
  EXPECT_EQ(prepared({contender}).at("own").folder, first->at("own").folder);
}

TEST_F(EnvironmentTest, ForceMakesAnew) {
  ASSERT_TRUE(prepare({counted()}, false));
  ASSERT_TRUE(prepare({counted()}, true));
  EXPECT_EQ(read(made()), "once\nonce\n");
}

TEST_F(EnvironmentTest, OtherContentIsAnotherEnvironment) {
  write(root_ / "own" / "main.txt", "one");
  const auto first = prepare({counted()}, false);
  write(root_ / "own" / "main.txt", "two");
  EXPECT_TRUE(prepared({counted()}).empty());
  const auto second = prepare({counted()}, false);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->at("own").folder, second->at("own").folder);
}

TEST_F(EnvironmentTest, AHalfMadeOneIsMadeAgain) {
  const auto first = prepare({counted()}, false);
  ASSERT_TRUE(first);
  fs::remove(first->at("own").folder / "shootout.json");
  write(first->at("own").folder / "left-over", "");
  EXPECT_TRUE(prepared({counted()}).empty());
  ASSERT_TRUE(prepare({counted()}, false));
  EXPECT_EQ(read(made()), "once\nonce\n");
  EXPECT_FALSE(fs::exists(first->at("own").folder / "left-over"));
}

TEST_F(EnvironmentTest, AFailureSaysWhatTheCommandSaidAndLeavesNothing) {
  const auto all = prepare({with_commands({{"sh", "-c", "echo strange things >&2; exit 3"}})}, false);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ExitCode::environment);
  EXPECT_TRUE(all.error().what.contains("status 3")) << all.error().what;
  EXPECT_TRUE(all.error().what.contains("strange things")) << all.error().what;
  EXPECT_TRUE(all.error().remedy.contains(".log")) << all.error().remedy;
  EXPECT_EQ(folders(), 0U);
}

TEST_F(EnvironmentTest, AMissingProgramIsNamed) {
  const auto all = prepare({with_commands({{"no-such-compiler", "build"}})}, false);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ExitCode::environment);
  EXPECT_TRUE(all.error().what.contains("no-such-compiler"));
}

TEST_F(EnvironmentTest, AnUnwritableCacheIsNamed) {
  write(root_ / "cache", "a file where the folder should be");
  const auto all = prepare({counted()}, false);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ExitCode::environment);
  EXPECT_TRUE(all.error().what.contains((root_ / "cache").string())) << all.error().what;
}

TEST_F(EnvironmentTest, StopEndsTheWholeGroupAndLeavesNothing) {
  const auto pid_file = root_ / "pid";
  const auto contender =
      with_commands({{"sh", "-c", "sleep 1000 & echo $! > " + pid_file.string() + "; wait"}});
  const auto all = prepare({contender}, false, {}, [&] { return read(pid_file).ends_with("\n"); });
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ExitCode::interrupted);
  const pid_t grandchild = std::stoi(read(pid_file));
  wait_for([&] { return has_ended(grandchild); });
  EXPECT_EQ(folders(), 0U);
}

TEST_F(EnvironmentTest, TheGroupDiesWithShootout) {
  const auto pid_file = root_ / "pid";
  const auto contender =
      with_commands({{"sh", "-c", "sleep 1000 & echo $! > " + pid_file.string() + "; wait"}});
  const pid_t shootout = fork();
  if (shootout == 0) {
    [[maybe_unused]] const auto ignored = prepare({contender}, false);
    _exit(0);
  }
  wait_for([&] { return read(pid_file).ends_with("\n"); });
  kill(shootout, SIGKILL);
  waitpid(shootout, nullptr, 0);
  const pid_t grandchild = std::stoi(read(pid_file));
  wait_for([&] { return has_ended(grandchild); });
  EXPECT_TRUE(prepared({contender}).empty());  // what is left does not count ...
  EXPECT_EQ(folders(), 1U);
  ASSERT_TRUE(remove_environments({}));  // ... and goes with the next clean-up
  EXPECT_EQ(folders(), 0U);
}

TEST_F(EnvironmentTest, TwoAtOnceMakeItOnce) {
  const auto go = root_ / "go";
  const auto contender = with_commands(
      {{"sh", "-c",
        "echo once >> " + made().string() + "; until [ -e " + go.string() + " ]; do sleep 0.01; done"}});
  const pid_t other = fork();
  if (other == 0) _exit(prepare({contender}, false) ? 0 : 1);
  wait_for([&] { return !read(made()).empty(); });
  std::vector<PrepareStep> steps;
  const auto all = prepare({contender}, false, [&](const std::string&, PrepareStep step, const std::string&) {
    steps.push_back(step);
    if (step == PrepareStep::waiting) write(go, "");
  });
  int status = -1;
  waitpid(other, &status, 0);
  ASSERT_TRUE(all) << all.error().what;
  EXPECT_EQ(status, 0);
  EXPECT_EQ(steps, (std::vector{PrepareStep::waiting, PrepareStep::cached}));
  EXPECT_EQ(read(made()), "once\n");
}

TEST_F(EnvironmentTest, SeveralAreMadeAtOnceAndShareWhatIsTheSame) {
  // Each waits for the other: made one after the other, they would never end.
  const auto meet = [&](const std::string& mine, const std::string& others) {
    return "touch " + (root_ / mine).string() + "; until [ -e " + (root_ / others).string() +
           " ]; do sleep 0.01; done";
  };
  auto a = with_commands({{"sh", "-c", meet("a", "b")}});
  auto b = with_commands({{"sh", "-c", meet("b", "a")}});
  auto like_a = a;
  b.name = "b";
  like_a.name = "like-a";
  const auto all = prepare({a, b, like_a}, false);
  ASSERT_TRUE(all) << all.error().what;
  EXPECT_EQ(all->at("own").folder, all->at("like-a").folder);
  EXPECT_NE(all->at("own").folder, all->at("b").folder);
}

TEST_F(EnvironmentTest, RemovesOnlyTheirs) {
  auto mine = with_commands({{"sh", "-c", "echo 12345 > big"}});
  auto other = counted();
  other.name = "other";
  ASSERT_TRUE(prepare({mine, other}, false));
  const auto freed = remove_environments({mine});
  ASSERT_TRUE(freed) << freed.error().what;
  EXPECT_GE(*freed, 6U);
  EXPECT_TRUE(prepared({mine}).empty());
  EXPECT_EQ(prepared({other}).size(), 1U);
  EXPECT_EQ(remove_environments({mine}).value(), 0U);
}

// Makes a real virtual environment, of a lock file without packages: no network is needed.
TEST_F(EnvironmentTest, AVirtualEnvironmentAndWhatBreaksIt) {
  const auto contender = with_lock_file("# nothing\n");
  const auto first = prepare({contender}, false);
  ASSERT_TRUE(first) << first.error().what << first.error().remedy;
  const auto environment = first->at("own");
  EXPECT_EQ(environment.python, find_python()->version);
  EXPECT_TRUE(environment.packages.contains("pip"));
  EXPECT_EQ(environment.programs, environment.folder / "bin");
  EXPECT_EQ(prepared({contender}).at("own").packages, environment.packages);

  const auto python = environment.programs / "python";
  const auto target = fs::read_symlink(python);
  fs::remove(python);
  fs::create_symlink("/no/such/python", python);
  EXPECT_TRUE(prepared({contender}).empty()) << "its interpreter is gone";
  fs::remove(python);
  fs::create_symlink(target, python);
  EXPECT_EQ(prepared({contender}).size(), 1U);

  const auto pip = "pip-" + environment.packages.at("pip") + ".dist-info";
  const auto site = environment.folder / "lib" /
                    ("python" + environment.python.substr(0, environment.python.rfind('.'))) /
                    "site-packages";
  fs::rename(site / pip, root_ / pip);
  EXPECT_TRUE(prepared({contender}).empty()) << "a package is gone";
  fs::rename(root_ / pip, site / pip);
  EXPECT_EQ(prepared({contender}).size(), 1U);

  fs::rename(root_ / "cache", root_ / "moved");
  setenv("XDG_CACHE_HOME", (root_ / "moved").c_str(), 1);
  EXPECT_TRUE(prepared({contender}).empty()) << "scripts hold the folder's name";
}

TEST_F(EnvironmentTest, AMissingLockFileIsTheUsersMistake) {
  auto contender = with_lock_file("");
  contender.environment.python = "requirements.lock";
  const auto all = prepare({contender}, false);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ExitCode::usage);
  EXPECT_TRUE(all.error().what.contains("requirements.lock"));
}

class FindPythonTest : public EnvironmentTest {
 protected:
  // A python3 that answers with these words, and leaves a line in root_/made each time it is asked.
  void fake(const std::string& version, const std::string& new_enough, const std::string& complete) {
    fs::create_directories(root_ / "bin");
    setenv("PATH", (root_ / "bin").c_str(), 1);
    make_executable(program(), "#!/bin/sh\necho once >> " + made().string() +
                                   "\necho 'a warning'\necho '{\"program\": \"" + program().string() +
                                   "\", \"version\": \"" + version + "\", \"new_enough\": " + new_enough +
                                   ", \"platform\": \"linux-x86_64\", \"complete\": " + complete + "}'\n");
  }
  fs::path program() { return root_ / "bin" / "python3"; }
};

TEST_F(FindPythonTest, NoneSaysWhatToInstall) {
  setenv("PATH", root_.c_str(), 1);
  const auto python = find_python();
  ASSERT_FALSE(python);
  EXPECT_EQ(python.error().code, ExitCode::environment);
  EXPECT_TRUE(python.error().remedy.contains("apt-get install python3 python3-venv"));
}

TEST_F(FindPythonTest, TooOldAndIncompleteOnesAreNamed) {
  fake("3.9.2", "false", "true");
  EXPECT_TRUE(find_python().error().what.contains("is 3.9.2"));
  fake("3.11.2", "true", "false");
  EXPECT_TRUE(find_python().error().what.contains("no ensurepip"));
}

TEST_F(FindPythonTest, IsAskedOnceUntilItChanges) {
  fake("3.12.1", "true", "true");
  ASSERT_TRUE(find_python());
  const auto python = find_python();
  ASSERT_TRUE(python);
  EXPECT_EQ(python->version, "3.12.1");
  EXPECT_EQ(python->program, program());
  EXPECT_EQ(read(made()), "once\n");
  fake("3.12.11", "true", "true");
  EXPECT_EQ(find_python()->version, "3.12.11");
}

TEST_F(FindPythonTest, TheRealOneIsNoShim) {
  const auto python = find_python();
  ASSERT_TRUE(python) << python.error().what;
  std::ifstream in(python->program, std::ios::binary);
  std::string magic(4, ' ');
  in.read(magic.data(), 4);
  EXPECT_EQ(magic,
            "\x7f"
            "ELF")
      << python->program;
}

}  // namespace
}  // namespace shootout::launch
