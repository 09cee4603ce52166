#include "observe/machine.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "observe/cores.h"
#include "observe/cpu_cgroup.h"
#include "observe/machine_counters.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

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

}  // namespace

nlohmann::json describe_machine() {
  nlohmann::json machine = nlohmann::json::object();
  if (const long cores = ::sysconf(_SC_NPROCESSORS_ONLN); cores > 0) machine["cores"] = cores;
  const auto allowed = allowed_cores();
  if (!allowed.empty()) machine["cores_allowed"] = allowed;
  if (const auto shared = threads_of_one_core(allowed); !shared.empty()) machine["cores_shared"] = shared;
  if (const auto by_core = governors(allowed); !by_core.empty()) {
    std::set<std::string> names;
    for (const auto& [core, governor] : by_core) names.insert(governor);
    machine["governors"] = names;
  }
  if (const auto cgroup = own_cpu_cgroup()) {
    if (const auto quota = quota_cores(*cgroup)) machine["cpu_quota_cores"] = *quota;
  }

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
  if (const auto text = read_proc_file("/proc/sys/net/ipv4/ip_local_port_range")) {
    if (const auto range = parse_port_range(*text)) machine["port_range"] = {range->first, range->second};
  }
  if (const auto source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource")) {
    machine["clock_source"] = *source;
  }
  if (const auto version = cgroup_version()) machine["cgroup_version"] = *version;
  return machine;
}

}  // namespace shootout::observe
