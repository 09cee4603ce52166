// ServerSet::freeze() and thaw(), with real processes.
#include <time.h>

#include <algorithm>
#include <map>

#include "launch/server_set_fixture.h"

namespace shootout::launch {
namespace {

/// Processes that notice when they stand still. Each notes its id in `pids`, and in `woke`, in the order in
/// which they come, who has seen SIGCONT: its role, and nanoseconds.
constexpr char kNoticing[] = R"(
import os, signal, sys, threading, time
def note(): 
    with open('pids', 'a') as pids: pids.write(f'{os.getpid()}\n')
def woke(role):
    def on_cont(*_):
        with open('woke', 'a') as file: file.write(f'{role} {time.monotonic_ns()}\n')
    signal.signal(signal.SIGCONT, on_cont)
def wait():
    while True: signal.pause()

def family():                     # a root with two masters, the first of which has two workers
    for master, workers in (('master', 2), ('single', 0)):
        if os.fork() == 0:
            for _ in range(workers):
                if os.fork() == 0: woke('worker'); note(); wait()
            woke(master); note(); wait()
    woke('root'); note(); wait()

def arbiter():                    # as Gunicorn's: who is silent for 0.3 s is killed and replaced
    def worker(beat):
        note()
        while True: os.utime(beat); time.sleep(0.02)
    beats = {}
    def spawn(beat):
        open(beat, 'w').close()
        pid = os.fork()
        if pid == 0: worker(beat)
        beats[pid] = beat
    for i in range(3): spawn(f'beat{i}')
    note()
    while True:
        for pid, beat in list(beats.items()):
            if time.time() - os.stat(beat).st_mtime > 0.3:
                os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0); del beats[pid]; spawn(beat)
        time.sleep(0.01)

def busy():                       # several threads, two processes
    def spin():
        while True: pass
    os.fork()
    note()
    for _ in range(3): threading.Thread(target=spin).start()
    spin()

def forker():                     # forks as fast as it can, at most 2000 times
    note()
    for _ in range(2000):
        if os.fork() == 0: note(); wait()
    wait()

globals()[sys.argv[1]]()
)";

class FreezingTest : public ServerSetTest {
 protected:
  void SetUp() override {
    ServerSetTest::SetUp();
    std::ofstream(folder_ / "app" / "noticing.py") << kNoticing;
  }
  /// The set's server, whose processes are so many.
  [[nodiscard]] Result<Server> run(ServerSet& set, const std::string& what, size_t processes) const {
    suite::Launchable server;
    server.name = "app";
    server.folder = folder_ / "app";
    server.command = {"python3", "noticing.py", what};
    auto started = set.start(server, options());
    EXPECT_TRUE(started) << started.error().what;
    EXPECT_TRUE(eventually([&] { return pids().size() >= processes; })) << content(log());
    return started;
  }
  [[nodiscard]] static std::set<pid_t> as_set(const std::vector<pid_t>& pids) {
    return {pids.begin(), pids.end()};
  }
  [[nodiscard]] static bool is_stopped(pid_t pid) {
    const auto process = read_process(pid);
    return process && process->state == 'T';
  }
};

/// Nanoseconds of CPU that the process has had, all its threads.
std::int64_t cpu_ns(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  EXPECT_EQ(::clock_getcpuclockid(pid, &clock), 0);
  EXPECT_EQ(::clock_gettime(clock, &used), 0);
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

TEST_F(FreezingTest, AFrozenTreeTakesNoCpuAndGoesOnWhenThawed) {
  auto set = create();
  ASSERT_TRUE(set);
  ASSERT_TRUE(run(*set, "busy", 2));
  const auto tree = set->tree("app").value();
  ASSERT_EQ(tree.size(), 2U);
  const auto used = [&] {
    std::vector<std::int64_t> ns;
    for (const pid_t pid : tree) ns.push_back(cpu_ns(pid));
    return ns;
  };
  const auto begin = used();
  ASSERT_TRUE(eventually([&] { return used()[0] > begin[0] && used()[1] > begin[1]; }));

  auto frozen = set->freeze("app");
  ASSERT_TRUE(frozen) << frozen.error().what;
  const auto before = used();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(used(), before);
  EXPECT_TRUE(set->freeze("app")) << "frozen already";
  EXPECT_EQ(as_set(set->tree("app").value()), as_set(tree)) << "they are still there";
  EXPECT_TRUE(set->ended()->empty());

  auto thawed = set->thaw("app");
  ASSERT_TRUE(thawed) << thawed.error().what;
  EXPECT_TRUE(eventually([&] { return used()[0] > before[0] && used()[1] > before[1]; }));
  EXPECT_TRUE(set->thaw("app")) << "not frozen";
}

TEST_F(FreezingTest, AThawedServerAnswers) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"worker", "escapee", "daemon"}));
  ASSERT_TRUE(started);
  const auto tree = set->tree("app").value();
  ASSERT_TRUE(set->freeze("app"));
  for (const pid_t pid : tree) EXPECT_TRUE(is_stopped(pid)) << command_line(pid);
  auto thawed = set->thaw("app");
  ASSERT_TRUE(thawed) << thawed.error().what;
  for (const pid_t pid : tree) EXPECT_FALSE(is_stopped(pid)) << command_line(pid);
  EXPECT_TRUE(set->wait_ready(*started));
}

TEST_F(FreezingTest, ChildrenWakeBeforeTheirParents) {
  auto set = create();
  ASSERT_TRUE(set);
  ASSERT_TRUE(run(*set, "family", 5));
  ASSERT_TRUE(set->freeze("app"));
  auto thawed = set->thaw("app");
  ASSERT_TRUE(thawed) << thawed.error().what;
  std::multimap<std::string, std::int64_t> at;
  ASSERT_TRUE(eventually([&] {
    at.clear();
    std::ifstream woke(folder_ / "app" / "woke");
    for (auto [role, ns] = std::pair<std::string, std::int64_t>(); woke >> role >> ns;) at.emplace(role, ns);
    return at.size() == 5;
  }));
  const auto latest = [&](const std::string& role) {
    std::int64_t ns = 0;
    for (auto [it, end] = at.equal_range(role); it != end; ++it) ns = std::max(ns, it->second);
    return ns;
  };
  ASSERT_EQ(at.count("worker"), 2U);
  // The head start is 20 ms; how soon a process notices is the scheduler's.
  EXPECT_GT(at.find("master")->second, latest("worker"));
  EXPECT_GT(at.find("root")->second, at.find("master")->second);
  EXPECT_GT(at.find("root")->second, at.find("single")->second);
}

TEST_F(FreezingTest, AMasterThatCountsOnItsWorkersNoticesNothing) {
  auto set = create();
  ASSERT_TRUE(set);
  ASSERT_TRUE(run(*set, "arbiter", 4));
  for (int i = 0; i < 3; ++i) {
    const auto before = as_set(set->tree("app").value());
    ASSERT_EQ(before.size(), 4U);
    ASSERT_TRUE(set->freeze("app"));
    std::this_thread::sleep_for(std::chrono::milliseconds(400));  // longer than the arbiter's patience
    auto thawed = set->thaw("app");
    ASSERT_TRUE(thawed) << thawed.error().what;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(as_set(set->tree("app").value()), before);
  }
  EXPECT_EQ(pids().size(), 4U) << "none was ever replaced";
}

TEST_F(FreezingTest, WhatIsForkedMeanwhileIsFrozenToo) {
  auto set = create();
  ASSERT_TRUE(set);
  ASSERT_TRUE(run(*set, "forker", 20));
  ASSERT_TRUE(set->freeze("app"));
  const auto tree = as_set(set->tree("app").value());
  for (const pid_t pid : tree) EXPECT_TRUE(is_stopped(pid)) << pid;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(as_set(set->tree("app").value()), tree);
  EXPECT_TRUE(set->stop("app"));
  EXPECT_TRUE(std::ranges::none_of(tree, [](pid_t pid) { return read_process(pid).has_value(); }));
}

TEST_F(FreezingTest, AWorkerKilledWhileFrozenIsNamed) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"worker", "worker"}));
  ASSERT_TRUE(started);
  ASSERT_TRUE(set->freeze("app"));
  const pid_t victim = set->tree("app")->back();
  ASSERT_NE(victim, started->pid);
  ::kill(victim, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !read_process(victim); }));
  EXPECT_TRUE(set->ended()->empty()) << "the server itself lives";
  auto thawed = set->thaw("app");
  ASSERT_FALSE(thawed);
  EXPECT_EQ(thawed.error().code, ExitCode::environment);
  EXPECT_NE(thawed.error().what.find(fmt::format("app: its processes are not those that were frozen; "
                                                 "ended: {} (python3)",
                                                 victim)),
            std::string::npos)
      << thawed.error().what;
  EXPECT_FALSE(is_stopped(started->pid)) << "the others go on all the same";
  EXPECT_TRUE(set->thaw("app")) << "what was said is said";
}

TEST_F(FreezingTest, AServerThatEndsWhileFrozenIsTold) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"worker"}));
  ASSERT_TRUE(started);
  ASSERT_TRUE(set->freeze("app"));
  ::kill(started->pid, SIGKILL);
  std::vector<Ended> ended;
  ASSERT_TRUE(eventually([&] { return !(ended = set->ended().value()).empty(); }));
  EXPECT_EQ(ended.front().how, "signal 9 (Killed)");
  for (const auto& result : {set->thaw("app"), set->freeze("app")}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ExitCode::environment);
    EXPECT_NE(result.error().what.find("it has ended by itself (signal 9 (Killed))"), std::string::npos);
    EXPECT_NE(result.error().remedy.find(log().string()), std::string::npos);
  }
  auto again = set->restart("app");
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(set->wait_ready(*again));
  EXPECT_EQ(set->tree("app")->size(), 2U) << "the frozen worker of the first start is gone";
}

TEST_F(FreezingTest, AFrozenServerStopsAndRestarts) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"worker"}));
  ASSERT_TRUE(started);
  ASSERT_TRUE(set->freeze("app"));
  auto again = set->restart("app");
  ASSERT_TRUE(again) << again.error().what;
  ASSERT_TRUE(set->wait_ready(*again)) << "it is not frozen any more";
  EXPECT_NE(content(log()).find("bye"), std::string::npos) << "the frozen one ended as it should";
  ASSERT_TRUE(set->freeze("app")) << "and this one can be frozen";
  EXPECT_TRUE(is_stopped(again->pid));
  EXPECT_TRUE(set->stop("app"));
  EXPECT_TRUE(all_ended());
}

TEST_F(FreezingTest, TeardownWhileFrozenLeavesNothing) {
  {
    auto set = create();
    ASSERT_TRUE(set);
    ASSERT_TRUE(bring_up(*set, server("app", free_port(), {"worker", "escapee", "daemon"})));
    ASSERT_TRUE(set->freeze("app"));
    EXPECT_TRUE(set->stop_all());
  }
  EXPECT_TRUE(all_ended());
}

TEST_F(FreezingTest, KillingShootoutWhileFrozenLeavesNothing) {
  const pid_t shootout = shootout_that([&] {
    static auto set = create();
    auto started = bring_up(*set, server("app", free_port(), {"worker", "escapee", "daemon"}));
    return started && set->freeze("app");
  });
  EXPECT_TRUE(std::ranges::any_of(pids(), is_stopped));
  kill_and_reap(shootout);
  EXPECT_TRUE(eventually([&] { return all_ended(); }));
}

TEST_F(FreezingTest, KillingTheGuardianWhileFrozenLeavesNothing) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started = bring_up(*set, server("app", free_port(), {"worker"}));
  ASSERT_TRUE(started);
  ASSERT_TRUE(set->freeze("app"));
  ::kill(mark_of(started->pid).value().guardian, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !set->thaw("app"); }));
  EXPECT_TRUE(all_ended());
}

TEST_F(FreezingTest, UnknownAndExternalServers) {
  auto set = create();
  ASSERT_TRUE(set);
  for (const auto& result : {set->freeze("app"), set->thaw("app")}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ExitCode::usage);
    EXPECT_NE(result.error().what.find("app"), std::string::npos);
  }
  suite::Launchable external;
  external.name = "external";
  external.url = "http://127.0.0.1:1";
  ASSERT_TRUE(set->start(external, options()));
  EXPECT_TRUE(set->freeze("external")) << "somebody else serves it: there is nothing to stop";
  EXPECT_TRUE(set->thaw("external"));
}

}  // namespace
}  // namespace shootout::launch
