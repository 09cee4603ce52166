// For the tests of ServerSet: a folder of their own, and a server that can behave badly.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "launch/ports.h"
#include "launch/process_table.h"
#include "launch/server_set.h"
#include "launch/set_mark.h"

namespace shootout::launch {

/// Each argument is a thing to do, in order; each process notes its id in the file `pids` of the working
/// folder.
constexpr char kServerScript[] = R"(
import os, signal, socket, sys
def note():
    with open('pids', 'a') as pids: pids.write(f'{os.getpid()}\n')
def sleep():
    while True: signal.pause()
def on_term(*_):
    print('bye', flush=True)
    os._exit(0)
note()
signal.signal(signal.SIGTERM, on_term)
for what in sys.argv[1:]:
    if what == 'worker':        # ends with SIGTERM only, and is not told by its master
        if os.fork() == 0: note(); sleep()
    elif what == 'stopped':     # frozen from the start
        if os.fork() == 0: note(); os.kill(os.getpid(), signal.SIGSTOP); sleep()
    elif what == 'escapee':     # in a session of its own
        if os.fork() == 0: os.setsid(); note(); sleep()
    elif what in ('daemon', 'unmarked'):  # forked twice, in a session of its own, deaf; and without the mark
        if os.fork() == 0:
            os.setsid()
            if os.fork() != 0: os._exit(0)
            variables = {} if what == 'unmarked' else os.environ
            os.execve(sys.executable, [sys.executable, __file__, 'deaf', 'sleep'], variables)
        os.wait()
    elif what == 'deaf': signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif what == 'sleep': sleep()
    elif what == 'die':
        print('\n'.join(f'line {i}' for i in range(1, 31)), file=sys.stderr, flush=True)
        os._exit(7)
    else:                       # PORT:STATUS
        port, status = what.split(':')
        with socket.create_server(('127.0.0.1', int(port))) as listener:
            while True:
                connection = listener.accept()[0]
                connection.recv(4096)
                connection.sendall(f'HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n'.encode())
                connection.close()
)";

/// Waits as long as a busy machine may need; what never comes fails the test.
inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 3000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

class ServerSetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "shootout-launch-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    std::filesystem::create_directory(folder_ / "app");
    std::ofstream(folder_ / "app" / "server.py") << kServerScript;
    ::setenv("SHOOTOUT_HOME", (folder_ / "home").c_str(), 1);
  }
  void TearDown() override {
    for (const pid_t pid : pids()) {
      EXPECT_FALSE(read_process(pid)) << "left over: " << pid << " " << command_line(pid);
      if (read_process(pid)) ::kill(pid, SIGKILL);
    }
    EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(temporary()); }))
        << "the guardian's last deed";
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::filesystem::path temporary() const { return folder_ / "temporary"; }
  [[nodiscard]] std::filesystem::path log() const { return folder_ / "server.log"; }
  [[nodiscard]] Result<ServerSet> create() const { return ServerSet::create("test", temporary()); }
  [[nodiscard]] StartOptions options() const { return {.log_file = log(), .cpus = {}}; }

  /// A server that does these things, and then answers on its port.
  [[nodiscard]] suite::Launchable server(const std::string& name, std::uint16_t port,
                                         const std::vector<std::string>& does = {}, int status = 200) const {
    suite::Launchable what;
    what.name = name;
    what.folder = folder_ / "app";
    what.command = {"python3", "server.py"};
    what.command.insert(what.command.end(), does.begin(), does.end());
    what.command.push_back(fmt::format("{}:{}", port, status));
    what.port = port;
    what.url = fmt::format("http://127.0.0.1:{}", port);
    what.health = "/health";
    what.workers = static_cast<int>(does.size()) + 1;
    return what;
  }

  /// The set's server, started and ready.
  [[nodiscard]] Result<Server> bring_up(ServerSet& set, const suite::Launchable& what) const {
    auto started = set.start(what, options());
    EXPECT_TRUE(started) << started.error().what;
    if (!started) return started;
    auto ready = set.wait_ready(*started);
    EXPECT_TRUE(ready) << ready.error().what;
    if (!ready) return std::unexpected(ready.error());
    return started;
  }

  static std::uint16_t free_port() { return free_ports(1).value().front(); }

  /// All processes that any server of this test ever was.
  [[nodiscard]] std::set<pid_t> pids() const {
    std::ifstream in(folder_ / "app" / "pids");
    return {std::istream_iterator<pid_t>(in), {}};
  }
  [[nodiscard]] bool all_ended() const {
    for (const pid_t pid : pids()) {
      if (read_process(pid)) return false;
    }
    return true;
  }
  static std::string content(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// Runs `body` in a process of its own, as a shootout that may be killed; it is there when `body` has
  /// returned, and then waits for the signal that ends it.
  static pid_t shootout_that(const std::function<bool()>& body) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      const char good = body() ? 1 : 0;
      (void)!::write(ready[1], &good, 1);
      while (true) ::pause();
    }
    ::close(ready[1]);
    char good = 0;
    EXPECT_EQ(::read(ready[0], &good, 1), 1);
    EXPECT_EQ(good, 1);
    ::close(ready[0]);
    return pid;
  }
  static void kill_and_reap(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  std::filesystem::path folder_;
};

}  // namespace shootout::launch
