#include "launch/server_set.h"

#include <algorithm>
#include <charconv>

#include "launch/manager.h"
#include "launch/readiness.h"
#include "launch/server_set_fixture.h"

namespace shootout::launch {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

// The test program is its own guardian and manager, as shootout is: the hidden argument is looked at before
// gtest's main.
[[gnu::constructor]] void take_the_role(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "__guardian") ::_exit(guardian_main(std::atoi(argv[2])));
  if (argc == 3 && std::string_view(argv[1]) == "__manager") ::_exit(manager_main(argv[2]));
}

AssertionResult says(const Error& error, std::string_view part) {
  if (error.what.find(part) != std::string::npos) return AssertionSuccess();
  return AssertionFailure() << "\"" << error.what << "\" does not say \"" << part << "\"";
}

TEST_F(ServerSetTest, StartsAServerWaitsForItAndEndsIt) {
  auto set = create();
  ASSERT_TRUE(set) << set.error().what;
  const auto what = server("app", free_port(), {"worker", "daemon"});
  auto started = set->start(what, options());
  ASSERT_TRUE(started) << started.error().what;
  auto ready = set->wait_ready(*started);
  ASSERT_TRUE(ready) << ready.error().what;

  auto tree = set->tree("app");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->front(), started->pid);
  EXPECT_EQ(std::set<pid_t>(tree->begin(), tree->end()).size(), 3U);
  const auto process = read_process(started->pid);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->session, started->pid);
  EXPECT_EQ(set->servers().size(), 1U);
  EXPECT_TRUE(set->servers().front().ended.empty());

  EXPECT_TRUE(set->stop("app"));  // the daemon does not even hear SIGTERM
  EXPECT_FALSE(read_process(started->pid));
  EXPECT_TRUE(require_free(what.port, "app"));
  EXPECT_TRUE(set->servers().empty());
  EXPECT_TRUE(set->ended()->empty()) << "it did not end by itself";
  EXPECT_TRUE(all_ended());
  EXPECT_NE(content(log()).find("bye"), std::string::npos) << "SIGTERM came first";
  EXPECT_FALSE(set->stop("app"));

  EXPECT_TRUE(std::filesystem::exists(temporary()));
  EXPECT_TRUE(set->stop_all());
  EXPECT_FALSE(std::filesystem::exists(temporary()));
}

TEST_F(ServerSetTest, GivesAServerItsVariablesAndLittleElse) {
  ::setenv("FLASK_DEBUG", "1", 1);
  auto set = create();
  ASSERT_TRUE(set);
  suite::Launchable what;
  what.name = "app";
  what.folder = folder_ / "app";
  what.command = {"show"};  // found in its own PATH
  what.variables = {{"COLOUR", "blue"}, {"PATH", (folder_ / "app").string() + ":/usr/bin:/bin"}};
  std::ofstream(folder_ / "app" / "show")
      << "#!/bin/sh\nenv; pwd; cat; grep Cpus_allowed_list /proc/self/status\n";
  std::filesystem::permissions(folder_ / "app" / "show", std::filesystem::perms::owner_all);
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  int cpu = 0;
  while (!CPU_ISSET(static_cast<size_t>(cpu), &allowed)) ++cpu;
  auto started = set->start(what, {.log_file = log(), .cpus = {cpu}});
  ASSERT_TRUE(started) << started.error().what;
  ASSERT_TRUE(eventually([&] { return !set->ended()->empty(); }));
  ::unsetenv("FLASK_DEBUG");
  const std::string text = content(log());
  EXPECT_NE(text.find("COLOUR=blue\n"), std::string::npos) << text;
  EXPECT_NE(text.find("TMPDIR=" + temporary().string()), std::string::npos) << text;
  EXPECT_NE(text.find("\n" + what.folder.string() + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find(fmt::format("Cpus_allowed_list:\t{}\n", cpu)), std::string::npos) << text;
  EXPECT_EQ(text.find("FLASK_DEBUG"), std::string::npos) << text;
}

TEST_F(ServerSetTest, NamesWhoHoldsATakenPort) {
  auto set = create();
  ASSERT_TRUE(set);
  const auto port = free_port();
  auto first = bring_up(*set, server("first", port));
  ASSERT_TRUE(first);
  auto second = set->start(server("second", port), options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ExitCode::environment);
  EXPECT_TRUE(says(second.error(), fmt::format("port {}, which second needs, is taken by python3", port)));
  EXPECT_TRUE(says(second.error(), fmt::format("(pid {}: ", first->pid)));
  EXPECT_TRUE(says(second.error(), fmt::format("python3 server.py {}:200)", port)));
  EXPECT_NE(second.error().remedy.find("shootout down test"), std::string::npos) << second.error().remedy;
  EXPECT_EQ(set->servers().size(), 1U);
}

TEST_F(ServerSetTest, ShowsTheEndOfThisStartsLogWhereAServerDies) {
  std::ofstream(log()) << "of an earlier start\n";
  auto set = create();
  ASSERT_TRUE(set);
  auto started = set->start(server("app", free_port(), {"die"}), options());
  ASSERT_TRUE(started);
  auto ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ExitCode::environment);
  EXPECT_TRUE(says(ready.error(), "app ended before it was ready: exit status 7"));
  EXPECT_TRUE(says(ready.error(), "\n  line 16\n"));
  EXPECT_TRUE(says(ready.error(), "\n  line 30"));
  EXPECT_FALSE(says(ready.error(), "line 15\n"));
  EXPECT_EQ(last_lines(log(), 0, 100).front(), "of an earlier start");
  EXPECT_EQ(last_lines(log(), started->log_from, 100).front(), "line 1");
}

TEST_F(ServerSetTest, SaysWhatIsMissingWhereAServerIsNeverReady) {
  auto set = create();
  ASSERT_TRUE(set);
  auto sick = server("sick", free_port(), {}, 500);
  sick.ready_timeout_s = 0.5;
  sick.workers = 4;
  sick.other_processes = 1;
  auto started = set->start(sick, options());
  ASSERT_TRUE(started);
  ASSERT_TRUE(eventually([&] { return holder_of(sick.port).has_value(); }));
  auto ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ExitCode::environment);
  EXPECT_TRUE(says(ready.error(), "not ready within 0.5 s"));
  EXPECT_TRUE(says(ready.error(), "/health answers 500; processes: 1 of 5"));

  auto mute = server("mute", free_port(), {"sleep"});
  mute.ready_timeout_s = 0.1;
  mute.workers = 1;
  started = set->start(mute, options());
  ASSERT_TRUE(started);
  ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_TRUE(says(ready.error(), "connection refused"));
  EXPECT_TRUE(says(ready.error(), "wrote nothing to its log"));

  ready = set->wait_ready(*started, [] { return true; });
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ExitCode::interrupted);
}

TEST_F(ServerSetTest, FindsOutThatSomebodyElseAnswers) {
  auto set = create();
  ASSERT_TRUE(set);
  const auto port = free_port();
  auto mute = server("mute", port, {"sleep"});
  mute.workers = 1;
  auto first = set->start(mute, options());
  auto other = set->start(server("other", port), options());
  ASSERT_TRUE(first && other);
  ASSERT_TRUE(set->wait_ready(*other));
  auto ready = set->wait_ready(*first);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ExitCode::environment);
  EXPECT_TRUE(
      says(ready.error(), fmt::format("port {} of mute is answered by python3 (pid {}", port, other->pid)));
}

TEST_F(ServerSetTest, SaysWhyAServerCannotBeStarted) {
  auto set = create();
  ASSERT_TRUE(set);
  auto what = server("app", free_port());
  what.command = {"no-such-program"};
  auto started = set->start(what, options());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ExitCode::environment);
  EXPECT_TRUE(says(started.error(), "cannot start app: no-such-program: No such file"));
  started = set->start(server("app", free_port()), {.log_file = log(), .cpus = {1000}});
  ASSERT_FALSE(started);
  EXPECT_TRUE(says(started.error(), "the CPUs 1000"));
  started = set->start(server("app", free_port()), {.log_file = "/proc/no/log", .cpus = {}});
  ASSERT_FALSE(started);
  EXPECT_TRUE(set->servers().empty());
  EXPECT_FALSE(ServerSet::create("a/b", temporary()));
}

TEST_F(ServerSetTest, OnlyLooksAtWhatSomebodyElseServes) {
  auto set = create();
  ASSERT_TRUE(set);
  auto real = bring_up(*set, server("real", free_port()));
  ASSERT_TRUE(real);
  suite::Launchable external;
  external.name = "external";
  external.url = real->url;
  external.health = "/health";
  external.workers = 4;
  auto started = set->start(external, options());
  ASSERT_TRUE(started) << started.error().what;
  EXPECT_EQ(started->pid, 0);
  EXPECT_TRUE(set->wait_ready(*started));
  EXPECT_TRUE(set->tree("external")->empty());
  EXPECT_TRUE(set->restart("external"));
  EXPECT_TRUE(set->stop("external"));
  EXPECT_TRUE(read_process(real->pid));
}

TEST_F(ServerSetTest, TellsThatAServerEndedByItselfAndRestartsIt) {
  auto set = create();
  ASSERT_TRUE(set);
  const auto what = server("app", free_port(), {"worker"});
  auto started = bring_up(*set, what);
  ASSERT_TRUE(started);
  const auto before = pids();
  ::kill(started->pid, SIGKILL);
  std::vector<Ended> ended;
  ASSERT_TRUE(eventually([&] { return !(ended = set->ended().value()).empty(); }));
  EXPECT_EQ(ended.front().name, "app");
  EXPECT_EQ(ended.front().how, "signal 9 (Killed)");
  EXPECT_TRUE(set->ended()->empty());
  EXPECT_EQ(set->servers().front().ended, "signal 9 (Killed)");
  EXPECT_EQ(set->tree("app")->size(), 1U) << "its worker, now the guardian's";

  auto again = set->restart("app");
  ASSERT_TRUE(again) << again.error().what;
  ASSERT_TRUE(set->wait_ready(*again));
  EXPECT_NE(again->pid, started->pid);
  EXPECT_EQ(again->command, what.command);
  EXPECT_TRUE(std::ranges::none_of(before, [](pid_t pid) { return read_process(pid).has_value(); }));
  EXPECT_TRUE(set->ended()->empty());
  EXPECT_TRUE(set->servers().front().ended.empty());
}

TEST_F(ServerSetTest, ContinuesAStoppedServerSoThatItEndsAsItShould) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"escapee"}));
  ASSERT_TRUE(started);
  const auto tree = set->tree("app");
  ASSERT_TRUE(tree);
  for (const pid_t pid : *tree) ::kill(pid, SIGSTOP);
  EXPECT_TRUE(set->stop("app"));
  EXPECT_TRUE(all_ended());
  EXPECT_NE(content(log()).find("bye"), std::string::npos);
}

}  // namespace
}  // namespace shootout::launch
