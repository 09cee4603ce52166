#include "observe/cpu_cgroup.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

bool has_cpu(const std::string& controllers) {
  const auto names = split(controllers, ',');
  return std::ranges::find(names, "cpu") != names.end();
}

/// The mount point and version of the hierarchy with the CPU controller; version 1, where both are mounted.
std::optional<std::pair<std::string, int>> cpu_mount(std::string_view mounts) {
  std::optional<std::pair<std::string, int>> found;
  for (const auto& line : split(mounts, '\n')) {
    const auto fields = split(line, ' ');  // device, folder, type, options: proc_mounts(5)
    if (fields.size() < 4) continue;
    if (fields[2] == "cgroup" && has_cpu(fields[3])) return std::pair(fields[1], 1);
    if (fields[2] == "cgroup2" && !found) found.emplace(fields[1], 2);
  }
  return found;
}

/// The number behind "KEY " at a line's beginning.
std::optional<std::int64_t> flat_key(std::string_view text, std::string_view key) {
  for (const auto& line : split(text, '\n')) {
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
      return leading_number(std::string_view(line).substr(key.size() + 1));
  }
  return std::nullopt;
}

}  // namespace

std::optional<CpuCgroup> cpu_cgroup(std::string_view membership, std::string_view mounts) {
  const auto mount = cpu_mount(mounts);
  if (!mount) return std::nullopt;
  CpuCgroup cgroup{.version = mount->second, .folders = {}};
  for (const auto& line : split(membership, '\n')) {  // "4:cpu,cpuacct:/path", or "0::/path" of version 2
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (cgroup.version == 1 ? !has_cpu(controllers) : !controllers.empty()) continue;
    for (std::string path = line.substr(second + 1); path.size() > 1; path.resize(path.rfind('/'))) {
      cgroup.folders.push_back(mount->first + path);
      if (path.rfind('/') == std::string::npos) break;
    }
  }
  cgroup.folders.push_back(mount->first);
  return cgroup;
}

std::optional<CpuCgroup> own_cpu_cgroup() {
  const auto membership = read_proc_file("/proc/self/cgroup"), mounts = read_proc_file("/proc/mounts");
  if (!membership || !mounts) return std::nullopt;
  return cpu_cgroup(*membership, *mounts);
}

std::optional<double> quota_of_cpu_max(std::string_view text) {
  const size_t blank = text.find(' ');
  return blank == std::string_view::npos ? std::nullopt
                                         : quota_of_cfs(text.substr(0, blank), text.substr(blank + 1));
}

std::optional<double> quota_of_cfs(std::string_view quota_us, std::string_view period_us) {
  const auto quota = leading_number(quota_us), period = leading_number(period_us);
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<double> throttled_s(std::string_view cpu_stat) {
  if (const auto ns = flat_key(cpu_stat, "throttled_time")) return static_cast<double>(*ns) * 1e-9;
  if (const auto us = flat_key(cpu_stat, "throttled_usec")) return static_cast<double>(*us) * 1e-6;
  return std::nullopt;
}

std::optional<double> quota_cores(const CpuCgroup& cgroup) {
  std::optional<double> tightest;
  for (const auto& folder : cgroup.folders) {
    std::optional<double> quota;
    if (cgroup.version == 2) {
      if (const auto limit = read_proc_file(folder + "/cpu.max")) quota = quota_of_cpu_max(*limit);
    } else {
      const auto limit = read_proc_file(folder + "/cpu.cfs_quota_us");
      const auto period = read_proc_file(folder + "/cpu.cfs_period_us");
      if (limit && period) quota = quota_of_cfs(*limit, *period);
    }
    if (quota && (!tightest || *quota < *tightest)) tightest = quota;
  }
  return tightest;
}

std::optional<double> throttled_s(const CpuCgroup& cgroup) {
  std::optional<double> sum;
  for (const auto& folder : cgroup.folders) {
    const auto stat = read_proc_file(folder + "/cpu.stat");
    const auto here = stat ? throttled_s(std::string_view(*stat)) : std::nullopt;
    if (here) sum = sum.value_or(0) + *here;
  }
  return sum;
}

}  // namespace shootout::observe
