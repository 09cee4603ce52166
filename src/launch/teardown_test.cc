// Whatever way a shootout or its guardian goes, nothing is left.
#include <sys/stat.h>

#include "launch/handed_over.h"
#include "launch/server_set_fixture.h"

namespace shootout::launch {
namespace {

pid_t guardian_of(const Server& server) {
  return mark_of(server.pid).value().guardian;
}

TEST_F(ServerSetTest, KillingShootoutEndsEverything) {
  const auto port = free_port();
  const std::vector<std::string> family{"worker", "stopped", "escapee", "daemon", "unmarked"};
  const pid_t shootout = shootout_that([&] {
    static auto set = create();  // never destroyed: its process is killed
    auto what = server("app", port, family);
    what.workers -= 1;  // nobody can tell whose the one without the mark is; it must end all the same
    return bring_up(*set, what).has_value();
  });
  EXPECT_TRUE(eventually([&] { return pids().size() == 6; }));
  for (const pid_t pid : pids()) EXPECT_TRUE(read_process(pid));
  kill_and_reap(shootout);
  EXPECT_TRUE(eventually([&] { return all_ended(); }));
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(temporary()); }));
  EXPECT_FALSE(holder_of(port));
}

TEST_F(ServerSetTest, KillingShootoutEndsServersThatAreStoppedAltogether) {
  const pid_t shootout = shootout_that([&] {
    static auto set = create();
    auto started = bring_up(*set, server("app", free_port(), {"worker"}));
    if (!started) return false;
    const auto tree = set->tree("app");
    for (const pid_t pid : *tree) ::kill(pid, SIGSTOP);
    return true;
  });
  kill_and_reap(shootout);
  EXPECT_TRUE(eventually([&] { return all_ended(); }));
}

TEST_F(ServerSetTest, KillingShootoutEndsServersInAFrozenCgroup) {
  const std::filesystem::path cgroup = fmt::format("/sys/fs/cgroup/freezer/shootout-test-{}", ::getpid());
  if (::mkdir(cgroup.c_str(), 0755) != 0)
    GTEST_SKIP() << "no freezer cgroup (version 1) that may be used here";
  const pid_t shootout = shootout_that([&] {
    static auto set = create();
    return bring_up(*set, server("app", free_port(), {"worker"})).has_value();
  });
  for (const pid_t pid : pids()) std::ofstream(cgroup / "cgroup.procs") << pid;
  std::ofstream(cgroup / "freezer.state") << "FROZEN";
  EXPECT_TRUE(eventually([&] { return content(cgroup / "freezer.state") == "FROZEN\n"; }));
  kill_and_reap(shootout);
  EXPECT_TRUE(eventually([&] { return all_ended(); }));
  std::ofstream(cgroup / "freezer.state") << "THAWED";
  EXPECT_TRUE(eventually([&] { return ::rmdir(cgroup.c_str()) == 0; }));
}

TEST_F(ServerSetTest, DestructionEndsEverything) {
  {
    auto set = create();
    ASSERT_TRUE(set);
    auto started = bring_up(*set, server("app", free_port(), {"worker"}));
    ASSERT_TRUE(started);
  }
  EXPECT_TRUE(all_ended());
  EXPECT_FALSE(std::filesystem::exists(temporary()));
}

TEST_F(ServerSetTest, KillingTheGuardianIsToldAndEndsEverything) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"worker", "stopped"}));
  ASSERT_TRUE(started);
  ASSERT_TRUE(eventually([&] { return pids().size() == 3; }));
  ::kill(guardian_of(*started), SIGKILL);
  ASSERT_TRUE(eventually([&] { return !set->ended(); }));
  auto after = set->start(server("other", free_port()), options());
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code, ExitCode::environment);
  EXPECT_TRUE(all_ended());
  EXPECT_FALSE(std::filesystem::exists(temporary()));
  EXPECT_TRUE(set->stop_all()) << "there is nothing left to stop";
}

TEST_F(ServerSetTest, AGuardianEndsItsServersOnSigtermAndIsDeafToTheTerminal) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"worker"}));
  ASSERT_TRUE(started);
  const pid_t guardian = guardian_of(*started);
  ::kill(guardian, SIGINT);
  ::kill(guardian, SIGHUP);
  EXPECT_EQ(set->servers().size(), 1U);
  EXPECT_EQ(set->tree("app")->size(), 2U);
  ::kill(guardian, SIGTERM);
  ASSERT_TRUE(eventually([&] { return !set->ended(); }));
  EXPECT_TRUE(all_ended());
  EXPECT_FALSE(std::filesystem::exists(temporary()));
}

TEST_F(ServerSetTest, StraysAreWhatNoGuardianOwns) {
  auto living = ServerSet::create("living", folder_ / "living");
  ASSERT_TRUE(living);
  auto kept = bring_up(*living, server("kept", free_port()));
  ASSERT_TRUE(kept);
  const pid_t shootout = shootout_that([&] {
    static auto set = create();
    auto started = bring_up(*set, server("app", free_port(), {"worker", "stopped"}));
    if (!started) return false;
    return ::kill(guardian_of(*started), SIGKILL) == 0;
  });
  kill_and_reap(shootout);
  // A killed guardian may take its time to go.
  int ended = 0;
  EXPECT_TRUE(eventually([&] { return (ended += end_strays().value_or(0)) >= 2; })) << ended;
  for (const pid_t pid : pids()) EXPECT_EQ(read_process(pid).has_value(), pid == kept->pid);
  EXPECT_EQ(end_strays().value(), 0);
  std::filesystem::remove_all(temporary());  // whose guardian was killed together with its shootout
}

class HandedOverTest : public ServerSetTest {
 protected:
  /// As `shootout up` does in a process of its own, which then ends.
  void up(const suite::Launchable& what) {
    const pid_t shootout = shootout_that([&] {
      auto set = create();
      return bring_up(*set, what) && set->hand_over();
    });
    kill_and_reap(shootout);
  }
};

TEST_F(HandedOverTest, IsAttachedToByNameUntilItIsStopped) {
  EXPECT_TRUE(handed_over_sets().empty());
  EXPECT_FALSE(ServerSet::attach("test").value());
  const auto what = server("app", free_port(), {"worker"});
  up(what);
  EXPECT_EQ(handed_over_sets(), std::vector<std::string>{"test"});

  auto first = ServerSet::attach("test");
  ASSERT_TRUE(first && *first);
  const auto before = (*first)->servers();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before.front().command, what.command);
  EXPECT_EQ(before.front().workers, 2);
  EXPECT_EQ(before.front().log_file, log());
  {
    auto second = ServerSet::attach("test");
    ASSERT_TRUE(second && *second);
    auto restarted = (*second)->restart("app");
    ASSERT_TRUE(restarted) << restarted.error().what;
    EXPECT_TRUE((*second)->wait_ready(*restarted));
    EXPECT_NE(restarted->pid, before.front().pid);
  }
  EXPECT_EQ((*first)->servers().size(), 1U) << "the second client's end is none of the set";
  EXPECT_EQ((*first)->tree("app")->size(), 2U);

  auto rival = create();
  ASSERT_TRUE(rival);
  auto kept = rival->hand_over();
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, ExitCode::environment);
  EXPECT_NE(kept.error().what.find("up already"), std::string::npos) << kept.error().what;

  EXPECT_TRUE((*first)->stop_all());
  EXPECT_TRUE(all_ended());
  EXPECT_TRUE(handed_over_sets().empty());
  EXPECT_TRUE(std::filesystem::is_empty(handed_over_folder()));
  EXPECT_FALSE(std::filesystem::exists(temporary()));
}

TEST_F(HandedOverTest, WorksBelowAFolderTooLongForASocketsAddress) {
  ::setenv("SHOOTOUT_HOME", (folder_ / std::string(120, 'x')).c_str(), 1);
  up(server("app", free_port()));
  auto set = ServerSet::attach("test");
  ASSERT_TRUE(set && *set);
  EXPECT_TRUE((*set)->stop_all());
}

TEST_F(HandedOverTest, GoesWithItsLastServer) {
  up(server("app", free_port(), {"worker"}));
  auto set = ServerSet::attach("test");
  ASSERT_TRUE(set && *set);
  ::kill((*set)->servers().front().pid, SIGKILL);
  EXPECT_TRUE(eventually([&] { return handed_over_sets().empty(); }));
  EXPECT_TRUE(eventually([&] { return all_ended(); }));
}

TEST_F(HandedOverTest, WhatADeadGuardianLeftIsRemoved) {
  up(server("app", free_port(), {"worker"}));
  auto set = ServerSet::attach("test");
  ASSERT_TRUE(set && *set);
  const pid_t guardian = guardian_of((*set)->servers().front());
  ::kill(guardian, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !read_process(guardian); }));
  EXPECT_FALSE(ServerSet::attach("test").value());
  EXPECT_TRUE(std::filesystem::is_empty(handed_over_folder()));
  EXPECT_FALSE(std::filesystem::exists(temporary()));
  EXPECT_TRUE(end_strays());
  EXPECT_TRUE(all_ended());
}

}  // namespace
}  // namespace shootout::launch
