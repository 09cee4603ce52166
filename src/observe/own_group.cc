#include "observe/own_group.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "observe/cpu_cgroup.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

bool names(const std::string& list, const std::string& controller) {
  const auto all = split(list, ',');
  return std::ranges::find(all, controller) != all.end();
}

std::optional<std::int64_t> number_in(const std::string& file) {
  const auto text = read_proc_file(file);
  return text ? leading_number(*text) : std::nullopt;
}

/// The number behind "KEY " at a line's beginning of the file.
std::optional<std::int64_t> number_of(const std::string& file, const std::string& key) {
  const auto text = read_proc_file(file);
  if (!text) return std::nullopt;
  for (const auto& line : split(*text, '\n')) {
    if (line.starts_with(key + " ")) return leading_number(std::string_view(line).substr(key.size() + 1));
  }
  return std::nullopt;
}

std::optional<double> scaled(std::optional<std::int64_t> number, double scale) {
  return number ? std::optional(static_cast<double>(*number) * scale) : std::nullopt;
}

// After less before, where both are known.
template <class Number>
std::optional<Number> grown(const std::optional<Number>& before, const std::optional<Number>& after) {
  return before && after ? std::optional(std::max(*after - *before, Number{0})) : std::nullopt;
}

}  // namespace

GroupUsage used_between(const GroupUsage& before, const GroupUsage& after) {
  GroupUsage used{.cpu_s = grown(before.cpu_s, after.cpu_s),
                  .cpu_user_s = grown(before.cpu_user_s, after.cpu_user_s),
                  .cpu_system_s = grown(before.cpu_system_s, after.cpu_system_s),
                  .memory_bytes = after.memory_bytes,
                  .throttled_s = grown(before.throttled_s, after.throttled_s),
                  .oom_kills = grown(before.oom_kills, after.oom_kills)};
  if (used.cpu_s && used.cpu_user_s && used.cpu_system_s) {
    const double both = *used.cpu_user_s + *used.cpu_system_s;
    used.cpu_user_s = both > 0 ? *used.cpu_s * *used.cpu_user_s / both : *used.cpu_s;
    used.cpu_system_s = *used.cpu_s - *used.cpu_user_s;
  }
  return used;
}

OwnGroup::Place OwnGroup::place_of(const std::string& controller, std::string_view membership,
                                   std::string_view mounts) {
  Place place;
  std::string mount;
  for (const auto& line : split(mounts, '\n')) {
    const auto fields = split(line, ' ');  // device, folder, type, options: proc_mounts(5)
    if (fields.size() < 4) continue;
    const bool first = fields[2] == "cgroup" && names(fields[3], controller);
    if (!first && (fields[2] != "cgroup2" || !mount.empty())) continue;
    mount = fields[1];
    place.version = first ? 1 : 2;
    if (first) break;
  }
  if (mount.empty()) return place;
  for (const auto& line : split(membership, '\n')) {  // "4:memory:/path", or "0::/path" of version 2
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (place.version == 1 ? names(controllers, controller) : controllers.empty())
      place.folder = mount + line.substr(second + 1);
  }
  return place;
}

OwnGroup OwnGroup::from(std::string_view membership, std::string_view mounts) {
  OwnGroup group;
  group.cpu_ = place_of("cpu", membership, mounts);
  group.account_ = place_of("cpuacct", membership, mounts);
  group.memory_ = place_of("memory", membership, mounts);
  return group;
}

OwnGroup OwnGroup::of(pid_t pid) {
  const auto membership = read_proc_file(fmt::format("/proc/{}/cgroup", pid)),
             mounts = read_proc_file("/proc/mounts");
  return membership && mounts ? from(*membership, *mounts) : OwnGroup();
}

GroupUsage OwnGroup::read() const {
  GroupUsage usage;
  if (account_.version == 1) {
    usage.cpu_s = scaled(number_in(account_.folder + "/cpuacct.usage"), 1e-9);
    usage.cpu_user_s = scaled(number_in(account_.folder + "/cpuacct.usage_user"), 1e-9);
    usage.cpu_system_s = scaled(number_in(account_.folder + "/cpuacct.usage_sys"), 1e-9);
  } else {
    usage.cpu_s = scaled(number_of(account_.folder + "/cpu.stat", "usage_usec"), 1e-6);
    usage.cpu_user_s = scaled(number_of(account_.folder + "/cpu.stat", "user_usec"), 1e-6);
    usage.cpu_system_s = scaled(number_of(account_.folder + "/cpu.stat", "system_usec"), 1e-6);
  }
  if (const auto stat = read_proc_file(cpu_.folder + "/cpu.stat")) usage.throttled_s = throttled_s(*stat);
  const bool first = memory_.version == 1;
  const auto held = number_in(memory_.folder + (first ? "/memory.usage_in_bytes" : "/memory.current"));
  const auto cache =
      number_of(memory_.folder + "/memory.stat", first ? "total_inactive_file" : "inactive_file");
  if (held) usage.memory_bytes = *held - std::min(*held, cache.value_or(0));
  usage.oom_kills =
      number_of(memory_.folder + (first ? "/memory.oom_control" : "/memory.events"), "oom_kill");
  return usage;
}

}  // namespace shootout::observe
