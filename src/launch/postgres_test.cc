// The service `postgres` as contenders/postgres has it, brought up, hurt and removed.
#include <sys/mount.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "launch/account.h"
#include "launch/run_command.h"
#include "launch/server_set_fixture.h"

namespace shootout::launch {
namespace {

namespace fs = std::filesystem;

constexpr char kSecret[] = "not-to-be-seen";

/// The folder of the programs that contenders/postgres takes on Debian; elsewhere that of PATH.
fs::path programs() {
  fs::path found;
  int highest = 14;
  std::error_code error;
  for (fs::directory_iterator it("/usr/lib/postgresql", error), end; !error && it != end;
       it.increment(error)) {
    const int version = std::atoi(it->path().filename().c_str());
    if (version > highest && fs::exists(it->path() / "bin/initdb")) {
      highest = version;
      found = it->path() / "bin";
    }
  }
  if (!found.empty()) return found;
  const auto in_path = find_program("initdb", std::getenv("PATH"));
  return in_path ? in_path->parent_path() : fs::path();
}

class PostgresTest : public ServerSetTest {
 protected:
  void SetUp() override {
    if (programs().empty())
      GTEST_SKIP()
          << "NO POSTGRESQL >= 15 ON THIS MACHINE: the service postgres is not tested (tools/setup test)";
    ServerSetTest::SetUp();
  }
  void TearDown() override {
    if (folder_.empty()) return;
    ServerSetTest::TearDown();
    for (const auto& folder : folders_) {
      EXPECT_TRUE(eventually([&] { return !fs::exists(folder); })) << "left over: " << folder;
    }
    for (const int segment : segments_) EXPECT_FALSE(segment_exists(segment)) << "left over: shm " << segment;
    for (const pid_t pid : processes_) EXPECT_FALSE(read_process(pid)) << "left over: " << command_line(pid);
  }

  static suite::Launchable postgres(std::uint16_t port, const fs::path& data,
                                    const std::map<std::string, std::string>& overrides = {}) {
    auto contender = suite::read_contender(fs::path(SHOOTOUT_SOURCE_DIR) / "contenders/postgres");
    EXPECT_TRUE(contender) << contender.error().what;
    auto what =
        suite::resolve(*contender, overrides,
                       {{"port", std::to_string(port)}, {"data", data.string()}, {"secret", kSecret}});
    EXPECT_TRUE(what) << what.error().what;
    return *what;
  }

  [[nodiscard]] StartOptions with_data(const fs::path& data) const {
    auto start = options();
    start.data_folder = data;
    return start;
  }

  /// Up and ready in the set's own folder; TearDown() then looks for what it left.
  Result<Server> bring_up_postgres(ServerSet& set, std::uint16_t port, const suite::Limits& limits = {}) {
    folders_.insert(set.temporary_folder());
    const auto data = set.temporary_folder() / "postgres";
    auto start = with_data(data);
    start.limits = limits;
    auto server = set.start(postgres(port, data), start);
    if (!server) return server;
    if (auto ready = set.wait_ready(*server); !ready) return std::unexpected(ready.error());
    remember(set, data);
    return server;
  }

  void remember(ServerSet& set, const fs::path& data) {
    auto tree = set.tree("postgres");
    ASSERT_TRUE(tree);
    processes_.insert(tree->begin(), tree->end());
    std::ifstream in(data / "postmaster.pid");
    std::string line;
    for (int i = 0; i < 6; ++i) std::getline(in, line);
    unsigned long key = 0;
    int id = -1;
    ASSERT_TRUE(in >> key >> id);
    ASSERT_TRUE(segment_exists(id));
    segments_.insert(id);
  }

  static bool segment_exists(int id) {
    std::ifstream in("/proc/sysvipc/shm");
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      long key = 0;
      int shmid = -1;
      if (std::sscanf(line.c_str(), "%ld %d", &key, &shmid) == 2 && shmid == id) return true;
    }
    return false;
  }

  /// What the contenders' own account gets for an answer; "FAILED: ..." where it gets none.
  static std::string ask(const std::string& url, const std::string& statement) {
    auto outcome = run_command({.words = {programs() / "psql", "-X", "-A", "-t", "-q", "-v",
                                          "ON_ERROR_STOP=1", "-c", statement, url}});
    EXPECT_TRUE(outcome) << outcome.error().what;
    if (!outcome) return "";
    std::string text = outcome->output;
    while (text.ends_with('\n')) text.pop_back();
    return outcome->status == 0 ? text : "FAILED: " + text;
  }

  std::set<fs::path> folders_;
  std::set<int> segments_;
  std::set<pid_t> processes_;
};

std::string status_line(pid_t pid, const std::string& key) {
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
  }
  return "";
}

TEST_F(PostgresTest, HasItsRowsItsSettingsAndNoRights) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set) << set.error().what;
  const auto port = free_port();
  auto server = bring_up_postgres(*set, port);
  ASSERT_TRUE(server) << server.error().what;
  EXPECT_EQ(server->url, fmt::format("postgresql://shootout:{}@127.0.0.1:{}/shootout", kSecret, port));
  EXPECT_EQ(ask(server->url, "SELECT count(*), min(id), max(id) FROM items"), "1000|1|1000");
  EXPECT_EQ(ask(server->url, "SELECT name FROM items WHERE id = 17"), "item-17");
  EXPECT_EQ(ask(server->url, "INSERT INTO entries (name) VALUES ('a') RETURNING id"), "1");
  EXPECT_EQ(ask(server->url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), "f");
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"max_connections", "300"},
                                          {"fsync", "on"},
                                          {"synchronous_commit", "on"},
                                          {"listen_addresses", "127.0.0.1"},
                                          {"unix_socket_directories", ""},
                                          {"dynamic_shared_memory_type", "mmap"},
                                          {"password_encryption", "scram-sha-256"}}) {
    EXPECT_EQ(ask(server->url, "SELECT current_setting('" + name + "')"), value) << name;
  }
  const auto wrong = ask(fmt::format("postgresql://shootout:wrong@127.0.0.1:{}/shootout", port), "SELECT 1");
  EXPECT_NE(wrong.find("password authentication failed"), std::string::npos) << wrong;
  EXPECT_EQ(content(log()).find(kSecret), std::string::npos);

  const auto account = account_without_rights();
  const uid_t user = account ? account->user : ::getuid();
  const auto tree = set->tree("postgres").value();
  for (const pid_t pid : tree) {
    EXPECT_EQ(status_line(pid, "Uid"), fmt::format("{0}\t{0}\t{0}\t{0}", user));
    if (account) {
      EXPECT_EQ(status_line(pid, "Groups"), " ") << "no supplementary groups";
    }
  }
  std::error_code error;
  EXPECT_EQ(fs::read_symlink(fmt::format("/proc/{}/cwd", server->pid), error),
            set->temporary_folder() / "postgres");
  EXPECT_EQ(command_line(server->pid).find(kSecret), std::string::npos);

  EXPECT_TRUE(set->stop("postgres"));
  EXPECT_FALSE(fs::exists(set->temporary_folder() / "postgres"));
  EXPECT_FALSE(holder_of(port));
}

TEST_F(PostgresTest, RestartLaysEverythingAnew) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  auto server = bring_up_postgres(*set, free_port());
  ASSERT_TRUE(server) << server.error().what;
  EXPECT_EQ(ask(server->url, "INSERT INTO entries (name) VALUES ('a'); DELETE FROM items; SELECT 'done'"),
            "done");
  EXPECT_TRUE(set->wait_ready(*server)) << "a second wait lays nothing twice";
  EXPECT_EQ(ask(server->url, "SELECT count(*) FROM items"), "0");
  auto again = set->restart("postgres");
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_NE(again->pid, server->pid);
  auto ready = set->wait_ready(*again);
  ASSERT_TRUE(ready) << ready.error().what;
  remember(*set, set->temporary_folder() / "postgres");
  EXPECT_EQ(ask(server->url, "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM entries)"),
            "1000|0");
}

TEST_F(PostgresTest, AMasterThatIsKilledLeavesNothing) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  auto server = bring_up_postgres(*set, free_port());
  ASSERT_TRUE(server) << server.error().what;
  ::kill(server->pid, SIGKILL);
  std::vector<Ended> ended;
  ASSERT_TRUE(eventually([&] {
    ended = set->ended().value();
    return !ended.empty();
  }));
  EXPECT_EQ(ended.front().name, "postgres");
  EXPECT_EQ(ended.front().how, "signal 9 (Killed)");
  auto again = set->restart("postgres");
  ASSERT_TRUE(again) << again.error().what;
  auto ready = set->wait_ready(*again);
  ASSERT_TRUE(ready) << ready.error().what;
  EXPECT_EQ(ask(again->url, "SELECT count(*) FROM items"), "1000");
  ::kill(again->pid, SIGKILL);
}

TEST_F(PostgresTest, AProcessThatOutlivesItsMasterIsEnded) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  auto server = bring_up_postgres(*set, free_port());
  ASSERT_TRUE(server) << server.error().what;
  auto tree = set->tree("postgres");
  ASSERT_TRUE(tree && tree->size() >= 5);
  for (size_t i = 1; i < tree->size(); ++i) ::kill((*tree)[i], SIGSTOP);  // deaf to their master's end
  ::kill(server->pid, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !set->ended().value().empty(); }));
  EXPECT_EQ(set->tree("postgres")->size(), tree->size() - 1);
  EXPECT_TRUE(set->stop("postgres"));
  for (const pid_t pid : *tree) EXPECT_FALSE(read_process(pid));
}

TEST_F(PostgresTest, KillingTheGuardianLeavesNothing) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  auto server = bring_up_postgres(*set, free_port());
  ASSERT_TRUE(server) << server.error().what;
  const auto tree = set->tree("postgres").value();
  ::kill(tree.back(), SIGSTOP);
  ::kill(mark_of(server->pid).value().guardian, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !set->ended(); }));
}

TEST_F(PostgresTest, KillingGuardianAndShootoutLeavesStraysThatTheNextOneEnds) {
  const auto port = free_port();
  const fs::path note = folder_ / "note";
  const pid_t shootout = shootout_that([&] {
    static auto set = ServerSet::create("test");
    auto server = bring_up_postgres(*set, port);
    if (!server) return false;
    const auto tree = set->tree("postgres").value();
    std::ofstream(note) << nlohmann::json{{"folder", set->temporary_folder().string()},
                                          {"tree", tree},
                                          {"segments", segments_},
                                          {"guardian", mark_of(server->pid).value().guardian}};
    ::kill(tree.back(), SIGSTOP);
    return ::kill(mark_of(server->pid).value().guardian, SIGKILL) == 0;
  });
  kill_and_reap(shootout);
  const auto noted = nlohmann::json::parse(content(note));
  folders_.insert(noted.at("folder").get<std::string>());
  for (const pid_t pid : noted.at("tree")) processes_.insert(pid);
  for (const int segment : noted.at("segments")) segments_.insert(segment);
  EXPECT_TRUE(fs::exists(*folders_.begin()));
  ASSERT_TRUE(eventually([&] { return !read_process(noted.at("guardian")); })) << "a kill takes its time";
  auto ended = end_strays();
  ASSERT_TRUE(ended) << ended.error().what;
  EXPECT_FALSE(fs::exists(*folders_.begin()));
}

TEST_F(PostgresTest, APortThatIsTakenIsToldBeforeAnythingIsMade) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  const auto port = free_port();
  ASSERT_TRUE(bring_up(*set, server("holder", port)));
  const auto data = set->temporary_folder() / "postgres";
  auto started = set->start(postgres(port, data), with_data(data));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ExitCode::environment);
  EXPECT_NE(started.error().what.find(std::to_string(port)), std::string::npos) << started.error().what;
  EXPECT_FALSE(fs::exists(data));
}

TEST_F(PostgresTest, WithoutProgramsItSaysSo) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  const auto data = set->temporary_folder() / "postgres";
  auto started = set->start(postgres(free_port(), data, {{"programs", "/nowhere"}}), with_data(data));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ExitCode::environment);
  EXPECT_NE(started.error().what.find("/nowhere/initdb"), std::string::npos) << started.error().what;
  EXPECT_FALSE(fs::exists(data));
  EXPECT_TRUE(set->servers().empty());
}

TEST_F(PostgresTest, WhatFollowsWhenReadyMayFail) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  const auto data = set->temporary_folder() / "postgres";
  auto what = postgres(free_port(), data);
  what.after_ready = {{"sh", "-c", "echo first; echo the last words >&2; exit 3"}};
  auto started = set->start(what, with_data(data));
  ASSERT_TRUE(started) << started.error().what;
  auto ready = set->wait_ready(*started);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ExitCode::environment);
  EXPECT_NE(ready.error().what.find("exit status 3"), std::string::npos) << ready.error().what;
  EXPECT_NE(ready.error().what.find("the last words"), std::string::npos) << ready.error().what;
}

TEST_F(PostgresTest, KillingShootoutEndsACommandBeforeTheStart) {
  const fs::path note = folder_ / "note";
  fs::path temporary_folder;
  const auto port = free_port();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t shootout = ::fork();
  if (shootout == 0) {
    auto set = ServerSet::create("test");
    const std::string path = set->temporary_folder().string();
    (void)!::write(ends[1], path.c_str(), path.size() + 1);
    auto what = postgres(port, set->temporary_folder() / "postgres");
    what.before_start = {{"sh", "-c", "echo $$ >pid; sleep 1000"}};
    (void)set->start(what, with_data(set->temporary_folder() / "postgres"));
    ::_exit(0);
  }
  char path[256] = "";
  ASSERT_GT(::read(ends[0], path, sizeof path), 0);
  ::close(ends[0]);
  ::close(ends[1]);
  folders_.insert(path);
  const auto pid_file = fs::path(path) / "postgres" / "pid";
  ASSERT_TRUE(eventually([&] { return content(pid_file).ends_with('\n'); }));
  processes_.insert(std::atoi(content(pid_file).c_str()));
  kill_and_reap(shootout);
  EXPECT_TRUE(eventually([&] { return !read_process(*processes_.begin()); }));
}

class SmallDisk {
 public:
  SmallDisk(const fs::path& folder, int megabytes) : folder_(folder) {
    fs::create_directories(folder);
    mounted_ = ::mount("tmpfs", folder.c_str(), "tmpfs", 0,
                       fmt::format("size={}m,mode=0755", megabytes).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) {
      EXPECT_EQ(::umount(folder_.c_str()), 0) << "still in use";
    }
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  fs::path folder_;
  bool mounted_ = false;
};

TEST_F(PostgresTest, ADiskTooSmallForTheClusterIsTold) {
  ::chmod(folder_.c_str(), 0755);
  const SmallDisk disk(folder_ / "disk", 8);
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small disk";
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  const auto data = folder_ / "disk" / "postgres";
  auto started = set->start(postgres(free_port(), data), with_data(data));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ExitCode::environment);
  EXPECT_NE(started.error().what.find("No space left on device"), std::string::npos) << started.error().what;
  EXPECT_FALSE(fs::exists(data));
}

TEST_F(PostgresTest, ADiskThatFillsUpFailsWritesAndLeavesNothing) {
  ::chmod(folder_.c_str(), 0755);
  const SmallDisk disk(folder_ / "disk", 80);
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small disk";
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  const auto data = folder_ / "disk" / "postgres";
  auto started = set->start(postgres(free_port(), data), with_data(data));
  ASSERT_TRUE(started) << started.error().what;
  auto ready = set->wait_ready(*started);
  ASSERT_TRUE(ready) << ready.error().what;
  remember(*set, data);
  const auto answer = ask(
      started->url, "INSERT INTO entries (name) SELECT repeat('x', 1000) FROM generate_series(1, 100000)");
  EXPECT_NE(answer.find("No space left on device"), std::string::npos) << answer;
  EXPECT_TRUE(set->stop_all());
  EXPECT_FALSE(fs::exists(data));
}

std::string group_of(pid_t pid, const std::string& controller) {
  std::ifstream in(fmt::format("/proc/{}/cgroup", pid));
  for (std::string line; std::getline(in, line);) {
    if (line.find(":" + controller + ":") != std::string::npos) return line.substr(line.rfind(':') + 1);
  }
  return "";
}

TEST_F(PostgresTest, LimitsAreInForceForTheWholeTree) {
  auto set = ServerSet::create("test");
  ASSERT_TRUE(set);
  auto server = bring_up_postgres(*set, free_port(), {.cpus = 1.5, .memory_bytes = 256 << 20});
  ASSERT_TRUE(server) << server.error().what;
  if (!server->limits_refused.empty()) {
    EXPECT_TRUE(set->stop_all());
    GTEST_SKIP() << "THIS MACHINE REFUSES LIMITS: " << server->limits_refused;
  }
  std::set<fs::path> groups;
  const auto tree = set->tree("postgres").value();
  for (const pid_t pid : tree) {
    if (content(fmt::format("/proc/{}/cgroup", pid)).empty())
      continue;  // an autovacuum worker comes and goes
    if (fs::exists("/sys/fs/cgroup/cgroup.controllers")) {
      std::string path = content(fmt::format("/proc/{}/cgroup", pid));
      const fs::path folder = "/sys/fs/cgroup" + path.substr(3, path.find('\n') - 3);
      EXPECT_EQ(content(folder / "cpu.max"), "150000 100000\n");
      EXPECT_EQ(content(folder / "memory.max"), fmt::format("{}\n", 256 << 20));
      groups.insert(folder);
    } else {
      const fs::path cpu = "/sys/fs/cgroup/cpu" + group_of(pid, "cpu"),
                     memory = "/sys/fs/cgroup/memory" + group_of(pid, "memory");
      EXPECT_EQ(content(cpu / "cpu.cfs_quota_us"), "150000\n");
      EXPECT_EQ(content(cpu / "cpu.cfs_period_us"), "100000\n");
      EXPECT_EQ(content(memory / "memory.limit_in_bytes"), fmt::format("{}\n", 256 << 20));
      groups.insert({cpu, memory});
    }
  }
  EXPECT_FALSE(groups.empty());
  EXPECT_LE(groups.size(), 2U) << "one group for the whole tree";
  ASSERT_TRUE(set->restart("postgres"));
  EXPECT_TRUE(set->stop_all());
  for (const auto& group : groups) EXPECT_FALSE(fs::exists(group)) << "left over: " << group;
}

}  // namespace
}  // namespace shootout::launch
