#include "launch/ending.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ranges>
#include <set>
#include <thread>

#include "launch/freezer.h"
#include "launch/process_table.h"

namespace shootout::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(10);
constexpr auto kKillPatience = std::chrono::milliseconds(1500);

Clock::duration seconds(double s) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
}

/// The children first: a master that runs again before its workers takes them for dead.
void ask_to_end(const std::vector<pid_t>& members, std::set<pid_t>& asked) {
  for (const pid_t pid : members | std::views::reverse) {
    const auto process = read_process(pid);
    if (!process) continue;
    if (process->parent == ::getpid() && asked.insert(pid).second) ::kill(pid, SIGTERM);
    if (process->state == 'T') ::kill(pid, SIGCONT);
  }
}

}  // namespace

void kill_at_once(pid_t pid) {
  ::kill(pid, SIGKILL);
  thaw(pid);
}

std::vector<pid_t> end_processes(const std::function<std::vector<pid_t>()>& members,
                                 const std::function<bool()>& hurry, const EndingRules& rules) {
  auto kill_at = Clock::now() + seconds(rules.grace_s);
  bool hurried = false;
  std::set<pid_t> asked;
  for (auto left = members(); !left.empty(); left = members()) {
    const auto now = Clock::now();
    if (now >= kill_at + kKillPatience) return left;
    if (!hurried && hurry()) {
      hurried = true;
      kill_at = std::min(kill_at, now + seconds(rules.hurried_grace_s));
    }
    if (now < kill_at) {
      ask_to_end(left, asked);
    } else {
      std::ranges::for_each(left, kill_at_once);
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

}  // namespace shootout::launch
