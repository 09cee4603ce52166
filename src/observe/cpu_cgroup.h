// The CPU limit of this process's cgroup, version 1 or 2: cgroups(7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shootout::observe {

/// Where the limits of a process's CPU are.
struct CpuCgroup {
  int version = 0;
  /// Its cgroup's and those above it, up to the mounted root: each may have a limit. The innermost first.
  std::vector<std::string> folders;
};

/// Of the texts of /proc/PID/cgroup and /proc/mounts; nothing where no CPU controller is mounted. A path that
/// the mount does not show (a container sees its own cgroup as the root) is among the folders all the same.
[[nodiscard]] std::optional<CpuCgroup> cpu_cgroup(std::string_view membership, std::string_view mounts);
/// This process's own.
[[nodiscard]] std::optional<CpuCgroup> own_cpu_cgroup();

/// Cores, of the text of cpu.max (version 2): "150000 100000" are 1.5; nothing for "max 100000".
[[nodiscard]] std::optional<double> quota_of_cpu_max(std::string_view text);
/// Cores, of the texts of cpu.cfs_quota_us and cpu.cfs_period_us (version 1); nothing for a quota of -1.
[[nodiscard]] std::optional<double> quota_of_cfs(std::string_view quota_us, std::string_view period_us);
/// Seconds, over all cores, that the group had to wait for its next period: of the text of cpu.stat, either
/// version.
[[nodiscard]] std::optional<double> throttled_s(std::string_view cpu_stat);

/// The tightest limit of the folders, in cores; nothing where there is none.
[[nodiscard]] std::optional<double> quota_cores(const CpuCgroup& cgroup);
/// The sum over the folders; nothing where none of them tells.
[[nodiscard]] std::optional<double> throttled_s(const CpuCgroup& cgroup);

}  // namespace shootout::observe
