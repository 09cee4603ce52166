#include "launch/limited_group.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "launch/process_table.h"

namespace shootout::launch {
namespace fs = std::filesystem;
namespace {

constexpr char kGroupPrefix[] = "shootout.";
constexpr double kPeriodUs = 100'000, kShortestQuotaUs = 1000;  // the kernel's default, and its least

std::string kernel_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return std::move(text).str();
}

bool lists(const std::string& names, char separator, const std::string& name) {
  const auto list = split(names, separator);
  return std::ranges::find(list, name) != list.end();
}

/// Where groups may be made for a controller.
struct Hierarchy {
  int version = 0;
  fs::path mount, own;  ///< own: this process's group
};

/// The path of this process's group in the hierarchy with this controller; empty names version 2's.
std::string own_path(const std::string& controller) {
  for (const auto& line : split(kernel_text("/proc/self/cgroup"), '\n')) {  // "4:memory:/path", "0::/path"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? controllers.empty() : lists(controllers, ',', controller))
      return line.substr(second + 1);
  }
  return "/";
}

std::optional<Hierarchy> hierarchy_of(const std::string& controller) {
  std::optional<Hierarchy> found;
  for (const auto& line : split(kernel_text("/proc/mounts"), '\n')) {
    const auto fields = split(line, ' ');  // device, folder, type, options: proc_mounts(5)
    if (fields.size() < 4) continue;
    const bool first = fields[2] == "cgroup" && lists(fields[3], ',', controller);
    if (!first && (fields[2] != "cgroup2" || found)) continue;
    Hierarchy here{.version = first ? 1 : 2, .mount = fields[1], .own = {}};
    here.own = here.mount / own_path(first ? controller : "").substr(1);
    // A container may see its own group as the root, under a path that is its host's.
    std::error_code error;
    if (!fs::is_directory(here.own, error)) here.own = here.mount;
    if (first) return here;
    found = here;
  }
  return found;
}

/// 0, or the errno of the write. A kernel's file tells what it refuses in write(2).
int put(const fs::path& file, const std::string& text) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  return ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

/// 0 where a process can enter the group; else the errno.
int try_to_enter(const fs::path& folder) {
  const std::string door = folder / "cgroup.procs";
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    const int fd = ::open(door.c_str(), O_WRONLY | O_CLOEXEC);
    ::_exit(fd < 0 || ::write(fd, "0", 1) != 1 ? errno : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

/// rmdir(2) refuses as long as the kernel is still burying the processes.
void remove_group(const fs::path& folder) {
  for (int i = 0; i < 100; ++i) {
    if (::rmdir(folder.c_str()) == 0 || errno != EBUSY) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

/// Places for a group of version 2: below a group that has processes of its own none may have a controller,
/// so that beside it is the other place.
std::vector<fs::path> places(const Hierarchy& hierarchy) {
  std::vector<fs::path> found{hierarchy.own};
  if (hierarchy.version == 2 && hierarchy.own != hierarchy.mount)
    found.push_back(hierarchy.own.parent_path());
  return found;
}

struct Setting {
  std::string controller, file, value;
};

std::vector<Setting> settings(const suite::Limits& limits, const std::string& controller, int version) {
  if (controller == "memory") {
    return {{controller, version == 1 ? "memory.limit_in_bytes" : "memory.max",
             std::to_string(limits.memory_bytes)}};
  }
  const auto quota = static_cast<long>(std::max(limits.cpus * kPeriodUs, kShortestQuotaUs));
  const auto period = static_cast<long>(kPeriodUs);
  if (version == 2) return {{controller, "cpu.max", fmt::format("{} {}", quota, period)}};
  return {{controller, "cpu.cfs_period_us", std::to_string(period)},
          {controller, "cpu.cfs_quota_us", std::to_string(quota)}};
}

/// The group of this name with the controller in force; a sentence where there is no place for one.
std::expected<fs::path, std::string> make_group(const Hierarchy& hierarchy, const std::string& controller,
                                                const std::string& name) {
  std::string why;
  for (const auto& place : places(hierarchy)) {
    const auto folder = place / name;
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
      why = fmt::format("{} cannot be made: {}", folder.string(), errno_text(errno));
      continue;
    }
    if (hierarchy.version == 1) return folder;
    const auto given = [&] {
      auto text = kernel_text(folder / "cgroup.controllers");
      while (!text.empty() && text.back() == '\n') text.pop_back();
      return lists(text, ' ', controller);
    };
    if (given()) return folder;
    const int error = put(place / "cgroup.subtree_control", "+" + controller);
    if (error == 0 && given()) return folder;
    why = fmt::format("{} does not hand on the controller {}: {}", place.string(), controller,
                      error == 0 ? "it is not there" : errno_text(error));
    remove_group(folder);
  }
  return std::unexpected(why);
}

}  // namespace

std::expected<LimitedGroup, std::string> LimitedGroup::make(const SetMark& mark, const std::string& server,
                                                            const suite::Limits& limits) {
  LimitedGroup group;
  const auto name = fmt::format("{}{}.{}.{}", kGroupPrefix, mark.guardian, mark.guardian_start_ticks, server);
  std::vector<std::string> controllers;
  if (limits.cpus > 0) controllers.emplace_back("cpu");
  if (limits.memory_bytes > 0) controllers.emplace_back("memory");
  for (const auto& controller : controllers) {
    const auto hierarchy = hierarchy_of(controller);
    if (!hierarchy) return std::unexpected(fmt::format("no cgroups for {} are mounted here", controller));
    auto folder = make_group(*hierarchy, controller, name);
    if (!folder) return std::unexpected(folder.error());
    if (std::ranges::find(group.folders_, *folder) == group.folders_.end()) group.folders_.push_back(*folder);
    for (const auto& setting : settings(limits, controller, hierarchy->version)) {
      if (const int error = put(*folder / setting.file, setting.value); error != 0) {
        return std::unexpected(fmt::format("{} does not take {}: {}", (*folder / setting.file).string(),
                                           setting.value, errno_text(error)));
      }
    }
    if (const int error = try_to_enter(*folder); error != 0) {
      return std::unexpected(fmt::format("no process may enter {}: {}", folder->string(), errno_text(error)));
    }
  }
  return group;
}

LimitedGroup::~LimitedGroup() {
  for (const auto& folder : folders_) remove_group(folder);
}

std::vector<std::string> LimitedGroup::doors() const {
  std::vector<std::string> files;
  for (const auto& folder : folders_) files.push_back(folder / "cgroup.procs");
  return files;
}

void remove_stray_groups() {
  for (const char* controller : {"cpu", "memory"}) {
    const auto hierarchy = hierarchy_of(controller);
    if (!hierarchy) continue;
    for (const auto& place : places(*hierarchy)) {
      std::vector<fs::path> strays;
      std::error_code error;
      for (fs::directory_iterator it(place, error), end; !error && it != end; it.increment(error)) {
        SetMark mark;
        unsigned long long start = 0;
        const auto name = it->path().filename().string();
        if (std::sscanf(name.c_str(), "shootout.%d.%llu.", &mark.guardian, &start) != 2) continue;
        mark.guardian_start_ticks = start;
        if (!mark.guardian_lives()) strays.push_back(it->path());
      }
      for (const auto& stray : strays) remove_group(stray);
    }
  }
}

}  // namespace shootout::launch
