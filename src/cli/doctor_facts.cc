#include "cli/doctor_facts.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "base/folders.h"
#include "observe/connections.h"
#include "observe/observer.h"
#include "observe/proc_file.h"
#include "observe/process_tree.h"

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

// The cores' time so far: all of it, and what other guests took; proc_stat(5).
struct CoreTime {
  double all = 0, stolen = 0;
};
std::optional<CoreTime> core_time() {
  const auto text = observe::read_proc_file("/proc/stat");
  if (!text) return std::nullopt;
  std::istringstream line(*text);
  std::string label;
  line >> label;
  CoreTime time;
  constexpr int kColumns = 8, kSteal = 7;
  for (int column = 0; column < kColumns; ++column) {
    double ticks = 0;
    if (!(line >> ticks)) return std::nullopt;
    time.all += ticks;
    if (column == kSteal) time.stolen = ticks;
  }
  return time;
}

void watch_others(DoctorFacts& facts) {
  // Every process that is no kernel thread descends from the first one.
  constexpr pid_t kFirstProcess = 1;
  const auto time_before = core_time();
  const auto before = observe::usage_of(kFirstProcess, false);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const auto after = observe::usage_of(kFirstProcess, false);
  const auto time_after = core_time();

  for (const auto& process : after.processes) {
    if (process.pid == ::getpid()) continue;
    const auto is_it = [&](const observe::ProcessUsage& other) {
      return other.pid == process.pid && other.start_ticks == process.start_ticks;
    };
    const auto earlier = std::ranges::find_if(before.processes, is_it);
    observe::TreeUsage was, is;
    is.processes.push_back(process);
    if (earlier != before.processes.end()) was.processes.push_back(*earlier);
    const auto used = observe::cpu_between(was, is);
    const double cores = (used.user_s + used.system_s) / (after.at_s - before.at_s);
    if (cores > 0) facts.busy.push_back({.pid = process.pid, .name = process.name, .cores = cores});
  }
  std::ranges::sort(facts.busy, std::ranges::greater{}, &DoctorFacts::BusyProcess::cores);
  if (time_before && time_after && time_after->all > time_before->all) {
    facts.steal = (time_after->stolen - time_before->stolen) / (time_after->all - time_before->all);
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
  watch_others(facts);
  return facts;
}

}  // namespace shootout::cli
