#include "launch/freezer.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "base/text.h"

namespace shootout::launch {

void thaw(pid_t pid) {
  std::ifstream cgroups(fmt::format("/proc/{}/cgroup", pid));
  for (std::string line; std::getline(cgroups, line);) {  // "6:freezer:/path" (cgroups(7))
    const auto parts = split(line, ':');
    if (parts.size() != 3 || parts[2] == "/") continue;
    const auto controllers = split(parts[1], ',');
    if (std::ranges::find(controllers, "freezer") == controllers.end()) continue;
    const std::string file = "/sys/fs/cgroup/freezer" + parts[2] + "/freezer.state";
    std::string state;
    std::ifstream(file) >> state;
    if (state == "FROZEN" || state == "FREEZING") std::ofstream(file) << "THAWED";
  }
}

}  // namespace shootout::launch
