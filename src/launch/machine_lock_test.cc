#include "launch/machine_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace shootout::launch {
namespace {

class MachineLockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "shootout-lock-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    file_ = folder_ / "lock";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_, file_;
};

TEST_F(MachineLockTest, IsHeldByOneAtATimeAndSaysByWhom) {
  EXPECT_FALSE(MachineLock::holder(file_).value());
  {
    auto lock = MachineLock::try_acquire("run 7", file_);
    ASSERT_TRUE(lock && *lock);
    auto second = MachineLock::try_acquire("run 8", file_);
    ASSERT_TRUE(second) << second.error().what;
    EXPECT_FALSE(*second);
    auto holder = MachineLock::holder(file_);
    ASSERT_TRUE(holder && *holder);
    EXPECT_EQ((*holder)->pid, ::getpid());
    EXPECT_EQ((*holder)->what, "run 7");
    EXPECT_EQ((*holder)->since.size(), 19U);
  }
  EXPECT_FALSE(MachineLock::holder(file_).value());
  EXPECT_TRUE(MachineLock::try_acquire("run 8", file_).value());
}

TEST_F(MachineLockTest, IsReleasedByTheDeathOfItsHolder) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t holder = ::fork();
  if (holder == 0) {
    auto lock = MachineLock::try_acquire("doomed", file_);
    (void)!::write(ready[1], "x", 1);
    while (true) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(MachineLock::holder(file_).value().value().pid, holder);
  EXPECT_FALSE(MachineLock::try_acquire("next", file_).value());
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_TRUE(MachineLock::try_acquire("next", file_).value());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(MachineLockTest, IsForAllUsersAndNoLink) {
  const mode_t before = ::umask(0077);
  ASSERT_TRUE(MachineLock::try_acquire("run", file_));
  ::umask(before);
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0666U);

  std::ofstream(folder_ / "precious") << "text";
  for (const bool symbolic : {true, false}) {
    std::filesystem::remove(file_);
    if (symbolic) {
      std::filesystem::create_symlink(folder_ / "precious", file_);
    } else {
      std::filesystem::create_hard_link(folder_ / "precious", file_);
    }
    auto lock = MachineLock::try_acquire("run", file_);
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ExitCode::environment);
    EXPECT_EQ(std::filesystem::file_size(folder_ / "precious"), 4U);
  }
}

}  // namespace
}  // namespace shootout::launch
