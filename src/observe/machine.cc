#include "observe/machine.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

std::vector<int> allowed_cores() {
  // The kernel refuses a set that is smaller than its own.
  for (int cores = 1024; cores <= 1 << 20; cores *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(cores),
                                                               [](cpu_set_t* it) { CPU_FREE(it); });
    const size_t size = CPU_ALLOC_SIZE(cores);
    if (!set || ::sched_getaffinity(0, size, set.get()) != 0) continue;
    std::vector<int> allowed;
    for (int core = 0; core < cores; ++core) {
      if (CPU_ISSET_S(core, size, set.get())) allowed.push_back(core);
    }
    return allowed;
  }
  return {};
}

// The value of the first "KEY<tabs>: VALUE" line of /proc/cpuinfo.
std::optional<std::string> cpuinfo_value(std::string_view cpuinfo, std::string_view key) {
  const size_t line = cpuinfo.find(key);
  if (line == std::string_view::npos) return std::nullopt;
  std::string_view rest = cpuinfo.substr(line, cpuinfo.substr(line).find('\n'));
  const size_t colon = rest.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  return std::string(rest.substr(colon + 2));
}

std::optional<std::string> first_line(const std::string& path) {
  const auto text = read_proc_file(path);
  if (!text || text->empty()) return std::nullopt;
  return text->substr(0, text->find('\n'));
}

std::optional<int> cgroup_version() {
  struct statfs root{};
  if (::statfs("/sys/fs/cgroup", &root) != 0) return std::nullopt;
  return root.f_type == CGROUP2_SUPER_MAGIC ? 2 : 1;
}

// Of this process's own cgroup of version 2; "max 100000" is no limit.
std::optional<double> cpu_quota_cores() {
  const auto membership = read_proc_file("/proc/self/cgroup");
  if (!membership || !membership->starts_with("0::")) return std::nullopt;
  std::string folder = membership->substr(3, membership->find('\n') - 3);
  std::optional<double> tightest;
  for (;;) {
    if (const auto limit = first_line(fmt::format("/sys/fs/cgroup{}/cpu.max", folder))) {
      const auto quota = leading_number(*limit);
      const auto period = leading_number(std::string_view(*limit).substr(limit->find(' ') + 1));
      if (quota && period && *period > 0) {
        const double cores = static_cast<double>(*quota) / static_cast<double>(*period);
        if (!tightest || cores < *tightest) tightest = cores;
      }
    }
    if (folder.empty()) return tightest;
    folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/'));
  }
}

}  // namespace

nlohmann::json describe_machine() {
  nlohmann::json machine = nlohmann::json::object();
  if (const long cores = ::sysconf(_SC_NPROCESSORS_ONLN); cores > 0) machine["cores"] = cores;
  if (const auto allowed = allowed_cores(); !allowed.empty()) machine["cores_allowed"] = allowed;
  if (const auto quota = cpu_quota_cores()) machine["cpu_quota_cores"] = *quota;

  if (const auto cpuinfo = read_proc_file("/proc/cpuinfo")) {
    if (const auto model = cpuinfo_value(*cpuinfo, "model name")) machine["cpu_model"] = *model;
    // x86 only: other architectures do not tell.
    if (const auto flags = cpuinfo_value(*cpuinfo, "flags")) {
      machine["virtualised"] = fmt::format(" {} ", *flags).find(" hypervisor ") != std::string::npos;
    }
  }
  if (utsname system{}; ::uname(&system) == 0) {
    machine["kernel"] = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
  }
  if (const auto meminfo = read_proc_file("/proc/meminfo")) {
    if (const auto kib = number_after(*meminfo, "MemTotal")) machine["memory_bytes"] = *kib * 1024;
  }
  if (rlimit files{}; ::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    if (files.rlim_cur != RLIM_INFINITY) machine["open_files_soft"] = files.rlim_cur;
    if (files.rlim_max != RLIM_INFINITY) machine["open_files_hard"] = files.rlim_max;
  }
  if (const auto text = first_line("/proc/sys/net/core/somaxconn")) {
    if (const auto backlog = leading_number(*text)) machine["somaxconn"] = *backlog;
  }
  if (const auto text = first_line("/proc/sys/net/ipv4/ip_local_port_range")) {
    const auto first = leading_number(*text);
    const auto last = leading_number(std::string_view(*text).substr(text->find_last_of(" \t") + 1));
    if (first && last) machine["port_range"] = {*first, *last};
  }
  if (const auto source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource")) {
    machine["clock_source"] = *source;
  }
  if (const auto version = cgroup_version()) machine["cgroup_version"] = *version;
  return machine;
}

}  // namespace shootout::observe
