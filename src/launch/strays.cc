// end_strays() of server_set.h.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "launch/container.h"
#include "launch/ending.h"
#include "launch/limited_group.h"
#include "launch/process_table.h"
#include "launch/server_set.h"
#include "launch/set_folder.h"
#include "launch/set_mark.h"

namespace shootout::launch {
namespace {

constexpr auto kPatience = std::chrono::seconds(3);
constexpr auto kPause = std::chrono::milliseconds(10);

/// Marked processes whose guardian is gone, and what they started (which may have dropped the mark).
std::set<pid_t> find_strays() {
  const auto table = read_processes();
  std::set<pid_t> spared;  // this process may itself have been started by a server of a set
  for (auto it = table.find(::getpid()); it != table.end(); it = table.find(it->second.parent)) {
    spared.insert(it->first);
  }
  std::map<std::string, bool> guarded;  // by mark: reading /proc once a guardian is enough
  std::set<pid_t> strays;
  for (const auto& [pid, process] : table) {
    const auto mark = spared.contains(pid) ? std::nullopt : mark_of(pid);
    if (!mark) continue;
    const auto [known, is_new] = guarded.try_emplace(to_text(*mark), false);
    if (is_new) known->second = mark->guardian_lives();
    if (known->second) continue;
    strays.insert(pid);
    for (const pid_t child : descendants(table, pid)) {
      if (!spared.contains(child)) strays.insert(child);
    }
  }
  return strays;
}

Result<int> end_stray_processes() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::set<pid_t> ended;
  while (true) {  // again until none is left: they may have been forking meanwhile
    const auto strays = find_strays();
    if (strays.empty()) return static_cast<int>(ended.size());
    if (std::chrono::steady_clock::now() > deadline) {
      std::string left;
      for (const pid_t pid : strays) left += fmt::format("\n  {} {}", pid, command_line(pid));
      return fail(ExitCode::environment, "these processes of an earlier shootout cannot be ended:" + left,
                  "end them as the user who owns them; if a freezer cgroup holds them, thaw it");
    }
    for (const pid_t pid : strays) {
      kill_at_once(pid);
      ended.insert(pid);
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

Result<int> end_strays() {
  auto ended = end_stray_processes();
  if (!ended) return ended;
  if (auto removed = remove_stray_containers(); !removed) return std::unexpected(removed.error());
  remove_stray_groups();
  if (auto removed = remove_stray_folders(); !removed) return std::unexpected(removed.error());
  return ended;
}

}  // namespace shootout::launch
