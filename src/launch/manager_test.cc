// Servers of several programs: ServerSet with a process manager at the root.
#include <algorithm>
#include <chrono>

#include "launch/account.h"
#include "launch/server_set_fixture.h"

namespace shootout::launch {
namespace {

class ManagerTest : public ServerSetTest {
 protected:
  [[nodiscard]] static suite::Program program(const std::string& name, const std::vector<std::string>& does) {
    suite::Program program{.name = name, .command = {"python3", "server.py"}};
    program.command.insert(program.command.end(), does.begin(), does.end());
    return program;
  }
  /// `web` answers on the port; the others stand beside it.
  [[nodiscard]] suite::Launchable with(std::uint16_t port, std::vector<suite::Program> others) const {
    auto what = server("app", port);
    what.command.clear();
    what.programs = std::move(others);
    what.workers = static_cast<int>(what.programs.size()) + 1;
    what.other_processes = 1;  // the manager
    what.programs.push_back(program("web", {fmt::format("{}:200", port)}));
    return what;
  }
  /// The process that the log says the program is, the last time it says so; 0: none.
  [[nodiscard]] pid_t process_of(const std::string& name) const {
    const std::string text = content(log()), line = "shootout: " + name + " is process ";
    const size_t at = text.rfind(line);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + line.size()));
  }
  [[nodiscard]] bool log_says(const std::string& what) const {
    return content(log()).find(what) != std::string::npos;
  }
};

TEST_F(ManagerTest, StartsAllAndEndsAll) {
  auto set = create();
  ASSERT_TRUE(set) << set.error().what;
  const auto started = bring_up(*set, with(free_port(), {program("beside", {"sleep"})}));
  ASSERT_TRUE(started);
  const auto tree = set->tree("app");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->size(), 3U);
  EXPECT_EQ(tree->front(), started->pid) << "the manager is the root";
  const auto beside = read_process(process_of("beside"));
  ASSERT_TRUE(beside);
  EXPECT_EQ(beside->parent, started->pid);
  EXPECT_EQ(beside->session, started->pid);
  EXPECT_EQ(beside->group, beside->pid);

  EXPECT_TRUE(set->stop("app"));
  EXPECT_TRUE(all_ended());
  EXPECT_TRUE(log_says("bye")) << "SIGTERM was passed on";
  EXPECT_TRUE(set->ended()->empty()) << "it did not end by itself";
}

TEST_F(ManagerTest, WhoDiesIsNamedAndStartedAgainAndWhatItLeftIsEnded) {
  auto set = create();
  ASSERT_TRUE(set);
  // Its worker would live on: nobody tells it.
  ASSERT_TRUE(bring_up(*set, with(free_port(), {program("beside", {"worker", "sleep"})})));
  ASSERT_TRUE(eventually([&] { return pids().size() == 3; }));
  const auto before = pids();
  const pid_t killed = process_of("beside");
  ASSERT_EQ(::kill(killed, SIGKILL), 0);
  ASSERT_TRUE(eventually([&] { return process_of("beside") != killed; }));
  EXPECT_TRUE(log_says(fmt::format("beside (process {}) has ended after", killed)));
  EXPECT_TRUE(log_says("signal 9 (Killed)"));
  ASSERT_TRUE(eventually([&] { return pids().size() == 5; })) << "itself and its worker, anew";
  EXPECT_EQ(set->tree("app")->size(), 4U);
  for (const pid_t pid : before)
    EXPECT_EQ(read_process(pid).has_value(), pid == process_of("web")) << command_line(pid);
  EXPECT_TRUE(set->ended()->empty());
}

TEST_F(ManagerTest, WhoNeverLivesIsGivenUpAndEverythingWithIt) {
  auto set = create();
  ASSERT_TRUE(set);
  auto what = with(free_port(), {program("sick", {"die"})});
  what.health = "/never";  // 200 as well: what is missing is the process
  what.workers = 9;
  auto started = set->start(what, options());
  ASSERT_TRUE(started);
  const auto ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_NE(ready.error().what.find("exit status 1"), std::string::npos) << ready.error().what;
  EXPECT_TRUE(log_says("exit status 7; it ends at once again and again, and is given up"));
  EXPECT_TRUE(eventually([&] { return all_ended(); }));
}

TEST_F(ManagerTest, AProgramThatIsNotThereIsNamed) {
  auto set = create();
  ASSERT_TRUE(set);
  auto started =
      set->start(with(free_port(), {{.name = "beside", .command = {"no-such-program"}}}), options());
  ASSERT_TRUE(started) << started.error().what;
  const auto ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_NE(ready.error().what.find("cannot start beside: no-such-program: No such file"), std::string::npos)
      << ready.error().what;
}

TEST_F(ManagerTest, StandsStillAndGoesOnAsAWhole) {
  auto set = create();
  ASSERT_TRUE(set);
  const auto what = with(free_port(), {program("beside", {"worker", "sleep"})});
  const auto started = bring_up(*set, what);
  ASSERT_TRUE(started);
  ASSERT_TRUE(eventually([&] { return pids().size() == 3; }));
  const auto frozen = set->freeze("app");
  ASSERT_TRUE(frozen) << frozen.error().what;
  const auto members = set->tree("app");
  ASSERT_EQ(members->size(), 4U);
  for (const pid_t pid : *members) EXPECT_EQ(read_process(pid)->state, 'T') << command_line(pid);
  const auto thawed = set->thaw("app");
  EXPECT_TRUE(thawed) << thawed.error().what;
  EXPECT_TRUE(set->wait_ready(*started));
}

TEST_F(ManagerTest, WhoDiesWhileAllStandStillIsStartedAgainAfterwards) {
  auto set = create();
  ASSERT_TRUE(set);
  const auto started = bring_up(*set, with(free_port(), {program("beside", {"sleep"})}));
  ASSERT_TRUE(started);
  const pid_t killed = process_of("beside");
  ASSERT_TRUE(set->freeze("app"));
  ASSERT_EQ(::kill(killed, SIGKILL), 0);
  const auto thawed = set->thaw("app");
  ASSERT_FALSE(thawed);
  EXPECT_NE(thawed.error().what.find(fmt::format("ended: {} ", killed)), std::string::npos)
      << thawed.error().what;
  ASSERT_TRUE(set->wait_ready(*started));
  EXPECT_NE(process_of("beside"), killed);
}

TEST_F(ManagerTest, EverythingGoesWithTheGuardianAndWithTheManager) {
  for (const bool manager : {true, false}) {
    auto set = create();
    ASSERT_TRUE(set);
    const auto started = bring_up(*set, with(free_port(), {program("beside", {"worker", "sleep"})}));
    ASSERT_TRUE(started);
    ASSERT_TRUE(eventually([&] { return set->tree("app")->size() == 4; }));
    const auto root = read_process(started->pid);
    ASSERT_TRUE(root);
    ASSERT_EQ(::kill(manager ? root->pid : root->parent, SIGKILL), 0);
    if (manager) {
      ASSERT_TRUE(eventually([&] { return !set->ended()->empty(); }));
      EXPECT_TRUE(set->stop_all());
    }
    EXPECT_TRUE(eventually([&] { return all_ended(); })) << (manager ? "manager" : "guardian");
  }
}

TEST_F(ManagerTest, IsReadyWhenEveryBackendListens) {
  auto set = create();
  ASSERT_TRUE(set);
  const auto ports = free_ports(3).value();
  auto what = with(ports[0], {program("backend-1", {fmt::format("{}:200", ports[1])})});
  what.backend_ports = {ports[1], ports[2]};
  what.ready_timeout_s = 2;
  auto started = set->start(what, options());
  ASSERT_TRUE(started);
  auto ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_NE(ready.error().what.find(fmt::format("nobody listens on the backend port {}", ports[2])),
            std::string::npos)
      << ready.error().what;
  ASSERT_TRUE(set->stop("app"));
  what.programs.push_back(program("backend-2", {fmt::format("{}:200", ports[2])}));
  what.workers = 3;
  what.ready_timeout_s = 30;
  EXPECT_TRUE(bring_up(*set, what));
}

TEST_F(ManagerTest, IsReadyWhenSoManySocketsListenOnItsPort) {
  auto set = create();
  ASSERT_TRUE(set);
  auto what = with(free_port(), {});
  what.listeners = 2;
  what.ready_timeout_s = 2;
  auto started = set->start(what, options());
  ASSERT_TRUE(started);
  const auto ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_NE(ready.error().what.find("1 of 2 processes listen on port"), std::string::npos)
      << ready.error().what;
}

TEST_F(ManagerTest, ABackendsPortThatIsTakenIsNamed) {
  auto set = create();
  ASSERT_TRUE(set);
  const auto ports = free_ports(2).value();
  ASSERT_TRUE(bring_up(*set, server("other", ports[1])));
  auto what = with(ports[0], {});
  what.backend_ports = {ports[1]};
  const auto started = set->start(what, options());
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().what.find(fmt::format("port {}, which app needs, is taken", ports[1])),
            std::string::npos)
      << started.error().what;
}

TEST_F(ManagerTest, AProgramWithoutRightsWorksInTheDataFolder) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  auto what =
      with(free_port(), {{.name = "beside",
                          .command = {"sh", "-c", "echo $(id -u) $(pwd) $HOME $(cat made); exec sleep 1000"},
                          .unprivileged = true}});
  what.before_start = {{"sh", "-c", "id -u > made"}};
  auto with_data = options();
  with_data.data_folder = set->temporary_folder() / "data-app";
  auto started = set->start(what, with_data);
  ASSERT_TRUE(started) << started.error().what;
  ASSERT_TRUE(set->wait_ready(*started));
  const auto account = account_without_rights();
  const std::string id = std::to_string(account ? account->user : ::geteuid());
  const std::string data = with_data.data_folder.string();
  const std::string home = account ? data : std::string(std::getenv("HOME"));
  EXPECT_TRUE(eventually([&] { return log_says(fmt::format("{} {} {} {}\n", id, data, home, id)); }))
      << content(log());
  EXPECT_TRUE(set->stop_all());
  EXPECT_FALSE(std::filesystem::exists(data));
}

}  // namespace
}  // namespace shootout::launch
