// A PostgreSQL of a test's own, on a port of 127.0.0.1, with pg_stat_statements; gone with its object.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "base/unique_fd.h"
#include "observe/database.h"

namespace shootout::observe {

constexpr char kTestPassword[] = "not-to-be-seen";

class PostgresForTest {
 public:
  PostgresForTest() {
    find_programs();
    if (programs_.empty()) return;
    std::string folder = "/var/tmp/shootout-observe-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return;
    folder_ = folder;
    // PostgreSQL refuses to run as root.
    if (::geteuid() == 0) {
      as_ = "setpriv --reuid=postgres --regid=postgres --clear-groups ";
      if (std::system(("chown postgres " + folder).c_str()) != 0) return;
    }
    port_ = free_port();
    const auto made = fmt::format(
        "cd {0} && {2} sh -c 'echo {1} | {3}/initdb -D {0}/data -U postgres --pwfile=/dev/stdin "
        "--auth=scram-sha-256 --no-sync >/dev/null 2>&1'",
        folder, kTestPassword, as_, programs_);
    if (std::system(made.c_str()) != 0) return;
    const auto command = fmt::format(
        "cd {0} && exec {1}{2}/postgres -D {0}/data -p {3} -c listen_addresses=127.0.0.1 -c "
        "unix_socket_directories= -c dynamic_shared_memory_type=mmap -c fsync=off -c "
        "shared_preload_libraries=pg_stat_statements >{0}/log 2>&1",
        folder, as_, programs_, port_);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 1000 && !ready_; ++i) {
      ready_ = Database::connect(url()).has_value();
      if (!ready_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  PostgresForTest(const PostgresForTest&) = delete;
  PostgresForTest& operator=(const PostgresForTest&) = delete;
  ~PostgresForTest() {
    stop();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] bool on_this_machine() const { return !programs_.empty(); }
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string url(const std::string& user = "postgres",
                                const std::string& password = kTestPassword,
                                const std::string& name = "postgres") const {
    return fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", user, password, port_, name);
  }

  /// Fast shutdown: whoever is connected loses the connection.
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGINT);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  void find_programs() {
    int highest = 14;
    std::error_code error;
    for (std::filesystem::directory_iterator it("/usr/lib/postgresql", error), end; !error && it != end;
         it.increment(error)) {
      const int version = std::atoi(it->path().filename().c_str());
      if (version <= highest || !std::filesystem::exists(it->path() / "bin/initdb", error)) continue;
      highest = version;
      programs_ = it->path() / "bin";
    }
  }
  static std::uint16_t free_port() {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return 0;
    }
    return ntohs(address.sin_port);
  }

  std::string programs_, as_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
  bool ready_ = false;
};

}  // namespace shootout::observe
