#include "cli/doctor_facts.h"

#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

#include "base/folders.h"
#include "base/unique_fd.h"
#include "observe/connections.h"
#include "observe/environment.h"
#include "observe/machine.h"
#include "observe/proc_file.h"

namespace shootout::cli {
namespace {

namespace fs = std::filesystem;

DoctorFacts::Folder look_at_folder(std::string name, const fs::path& path) {
  DoctorFacts::Folder folder;
  folder.name = std::move(name);
  folder.path = path;
  std::error_code ignored;
  fs::path existing = fs::absolute(path, ignored);
  while (!fs::exists(existing, ignored) && existing.has_relative_path()) existing = existing.parent_path();
  // access() also knows a file system that is mounted read-only.
  folder.writable = fs::is_directory(existing, ignored) && ::access(existing.c_str(), W_OK | X_OK) == 0;
  if (struct statvfs disk{}; ::statvfs(existing.c_str(), &disk) == 0) {
    folder.free_bytes = std::uintmax_t{disk.f_bavail} * disk.f_frsize;
  }
  return folder;
}

// DOCKER_HOST may name another engine than the usual one.
std::optional<DoctorFacts::Docker> look_for_docker() {
  constexpr std::string_view kUnix = "unix://";
  const char* const host = std::getenv("DOCKER_HOST");
  std::string path = host == nullptr || *host == '\0' ? "/var/run/docker.sock" : host;
  if (path.starts_with(kUnix)) path.erase(0, kUnix.size());
  if (!path.starts_with('/')) return DoctorFacts::Docker{.address = path, .answers = std::nullopt};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::error_code ignored;
  if (path.size() >= sizeof address.sun_path || !fs::is_socket(path, ignored)) return std::nullopt;
  path.copy(address.sun_path, path.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  return DoctorFacts::Docker{.address = path,
                             .answers = ::connect(socket.get(), generic, sizeof address) == 0};
}

// How steady the machine computes, and what else happens meanwhile: steal shows only on a core that is
// wanted.
void watch_and_calibrate(DoctorFacts& facts) {
  constexpr double kCalibrationS = 2;
  observe::EnvironmentWatch watch(::getpid());
  facts.calibration = observe::calibrate(kCalibrationS);
  const auto told = watch.finish();
  facts.others_cores = told.at("others_cpu_percent").get<double>() / 100;
  for (const auto& other : told.at("others")) {
    facts.busy.push_back({.pid = other.at("pid"),
                          .name = other.at("name"),
                          .cores = other.at("cpu_percent").get<double>() / 100});
  }
  if (told.contains("steal_percent")) facts.steal = told["steal_percent"].get<double>() / 100;
  if (told.contains("ports_in_use_percent") && facts.machine.contains("port_range")) {
    facts.outgoing_ports = {.first = facts.machine["port_range"][0],
                            .last = facts.machine["port_range"][1],
                            .in_use_percent = told["ports_in_use_percent"],
                            .time_wait = told.value("time_wait", std::int64_t{0})};
  }
}

}  // namespace

DoctorFacts collect_doctor_facts() {
  DoctorFacts facts;
  facts.machine = observe::describe_machine();
  facts.python = launch::find_python();
  facts.folders = {look_at_folder("home", home_folder()), look_at_folder("cache", cache_folder())};
  for (const std::uint16_t port : kDoctorPorts) {
    if (auto holder = launch::holder_of(port)) facts.taken_ports.push_back({.port = port, .holder = *holder});
  }
  if (const auto meminfo = observe::read_proc_file("/proc/meminfo")) {
    if (const auto kib = observe::number_after(*meminfo, "MemAvailable"))
      facts.memory_available_bytes = *kib * 1024;
  }
  if (std::array<double, 1> load{}; ::getloadavg(load.data(), 1) == 1) facts.load_average = load[0];
  if (auto seen = observe::connections_of({::getpid()}, 0); !seen) {
    facts.socket_diagnostics = std::unexpected(seen.error());
  }
  facts.docker = look_for_docker();
  watch_and_calibrate(facts);
  return facts;
}

}  // namespace shootout::cli
