#include "launch/set_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

namespace shootout::launch {
namespace {

namespace fs = std::filesystem;

TEST(SetFolderTest, IsOnesOwnAndLetsOthersThrough) {
  auto first = make_set_folder("test"), second = make_set_folder("test");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->path, second->path);
  struct stat about{};
  ASSERT_EQ(::stat(first->path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0711U);
  EXPECT_TRUE(remove_set_folder(first->path));
  EXPECT_TRUE(remove_set_folder(second->path));
  EXPECT_FALSE(fs::exists(first->path) || fs::exists(second->path));
}

TEST(SetFolderTest, StraysAreThoseWhoseLockIsFree) {
  auto held = make_set_folder("test"), gone = make_set_folder("test");
  ASSERT_TRUE(held && gone);
  std::string other = "/var/tmp/shootout-test-other-XXXXXX";  // somebody's own, whatever its name
  ASSERT_NE(::mkdtemp(other.data()), nullptr);
  std::ofstream(fs::path(other) / "results") << "precious";
  ASSERT_TRUE(make_data_folder(gone->path / "data", std::nullopt));
  std::ofstream(gone->path / "data" / "file") << "x";
  gone->lock.reset();
  ASSERT_TRUE(remove_stray_folders());
  EXPECT_FALSE(fs::exists(gone->path));
  EXPECT_TRUE(fs::exists(held->path));
  EXPECT_TRUE(fs::exists(fs::path(other) / "results"));
  fs::remove_all(other);
  EXPECT_TRUE(remove_set_folder(held->path));
}

TEST(SetFolderTest, ADataFolderBeginsEmptyAndIsItsOwnersAlone) {
  auto set = make_set_folder("test");
  ASSERT_TRUE(set);
  const auto data = set->path / "data";
  const auto account = account_without_rights();
  ASSERT_TRUE(make_data_folder(data, account));
  std::ofstream(data / "old") << "x";
  // What a server wrote there is not believed: no such segment is its own.
  std::ofstream(data / "postmaster.pid") << "1\n2\n3\n4\n5\n6\n 12345 0\n";
  ASSERT_TRUE(make_data_folder(data, account));
  EXPECT_TRUE(fs::is_empty(data));
  struct stat about{};
  ASSERT_EQ(::stat(data.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0700U);
  EXPECT_EQ(about.st_uid, account ? account->user : ::getuid());
  EXPECT_TRUE(remove_data_folder(data));
  EXPECT_TRUE(remove_data_folder(data)) << "gone already";
  EXPECT_TRUE(remove_set_folder(set->path));
}

}  // namespace
}  // namespace shootout::launch
