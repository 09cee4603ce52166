#include "launch/run_command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "launch/file_lock.h"
#include "launch/installer_failure.h"

namespace shootout::launch {
namespace {

TEST(RunCommandTest, StatusOutputFolderAndVariables) {
  setenv("SHOOTOUT_TEST_GONE", "here", 1);
  const auto outcome =
      run_command({.words = {"sh", "-c", "pwd; echo $A${SHOOTOUT_TEST_GONE-gone} >&2; exit 7"},
                   .folder = "/",
                   .variables = {{"A", "b"}, {"SHOOTOUT_TEST_GONE", std::nullopt}},
                   .log_file = {}});
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->status, 7);
  EXPECT_EQ(outcome->output, "/\nbgone\n");
}

TEST(RunCommandTest, AloneItSeesNothingOfOurs) {
  setenv("SHOOTOUT_TEST_OURS", "here", 1);
  const auto outcome = run_command({.words = {"/bin/sh", "-c", "echo ${SHOOTOUT_TEST_OURS-gone} $A"},
                                    .variables = {{"A", "b"}},
                                    .alone = true});
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->output, "gone b\n");
}

TEST(RunCommandTest, SaysWhyTheProgramDidNotBegin) {
  const auto outcome = run_command({.words = {"true"}, .folder = "/no/such/folder"});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, 127);
  EXPECT_EQ(outcome->output, "/no/such/folder: No such file or directory\n");
}

TEST(RunCommandTest, RunsAsAnAccountWithoutRights) {
  const auto account = account_without_rights();
  if (!account) GTEST_SKIP() << "only root may become somebody else";
  const auto outcome = run_command({.words = {"sh", "-c", "id -u; id -g; id -G"}, .account = account});
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->output, std::to_string(account->user) + "\n" + std::to_string(account->group) + "\n" +
                                 std::to_string(account->group) + "\n");
  EXPECT_NE(account->user, 0U);
}

TEST(RunCommandTest, KeepsTheEndOfALongOutput) {
  const auto outcome = run_command({.words = {"sh", "-c", "seq 1 100000; kill -TERM $$"}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, 128 + SIGTERM);
  EXPECT_LE(outcome->output.size(), 64U * 1024);
  EXPECT_TRUE(outcome->output.ends_with("\n100000\n"));
}

TEST(InstallerFailureTest, KnowsItsCauses) {
  const auto remedy = [](const char* output) { return remedy_for(output, "LOG"); };
  EXPECT_TRUE(
      remedy(
          "WARNING: Retrying (Retry(total=2)) after connection broken by 'NewConnectionError(\"Failed to "
          "establish a new connection: [Errno -3] Temporary failure in name resolution\")': /simple/flask/\n"
          "ERROR: No matching distribution found for flask==3.1.3")
          .contains("network"));
  EXPECT_TRUE(
      remedy("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n")
          .contains("disk is full"));
  EXPECT_TRUE(
      remedy("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.").contains("locked"));
  EXPECT_TRUE(
      remedy("ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==.")
          .contains("leaves something out"));
  EXPECT_TRUE(remedy("fatal error: ev.h: No such file or directory\nerror: command 'gcc' failed")
                  .contains("libev-dev"));
  EXPECT_TRUE(remedy("error: command 'gcc' failed: No such file or directory").contains("build-essential"));
  EXPECT_TRUE(remedy("who knows").contains("LOG"));
}

TEST(InstallerFailureTest, LastLines) {
  EXPECT_EQ(last_lines("a\n\nb\n  \nc\n", 2), "\n    b\n    c");
}

TEST(FileLockTest, ALockIsHeldOnceAndGoesWithItsHolder) {
  const auto file =
      std::filesystem::temp_directory_path() / ("shootout-test-lock-" + std::to_string(getpid()));
  {
    const auto lock = FileLock::try_take(file);
    ASSERT_TRUE(lock && *lock);
    EXPECT_FALSE(FileLock::try_take(file)->has_value());
    const auto stopped = FileLock::take(file, {}, [] { return true; });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ExitCode::interrupted);
  }
  EXPECT_TRUE(FileLock::try_take(file)->has_value());
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace shootout::launch
