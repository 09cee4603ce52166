#include "launch/frozen_tree.h"

#include <dirent.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <ranges>
#include <set>
#include <thread>

#include "launch/process_table.h"

namespace shootout::launch {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kFreezePatience = std::chrono::seconds(2);
constexpr milliseconds kHeadStart(20), kWakePatience(200), kLastWakePatience(50);
constexpr auto kLookAgain = std::chrono::microseconds(200);

/// The state of each thread (proc(5)), e.g. "TTT"; empty where the process is gone.
std::string thread_states(pid_t pid) {
  const std::unique_ptr<DIR, int (*)(DIR*)> threads(::opendir(fmt::format("/proc/{}/task", pid).c_str()),
                                                    ::closedir);
  std::string states;
  while (const dirent* entry = threads ? ::readdir(threads.get()) : nullptr) {
    const int tid = std::atoi(entry->d_name);  // /proc/TID/stat has the thread's state, not its process's
    if (const auto thread = tid > 0 ? read_process(tid) : std::nullopt) states += thread->state;
  }
  return states;
}

/// Ended counts as stopped: neither does anything any more.
bool stands_still(pid_t pid) {
  return thread_states(pid).find_first_not_of("TtZX") == std::string::npos;
}

/// On a core or waiting for one, or for the disk: it has not done yet what it woke for.
bool is_busy(pid_t pid) {
  return thread_states(pid).find_first_of("RD") != std::string::npos;
}

void wait_until_idle(const std::vector<pid_t>& pids, milliseconds at_least, milliseconds at_most) {
  const auto begin = SteadyClock::now();
  std::this_thread::sleep_for(at_least);
  while (SteadyClock::now() < begin + at_most && std::ranges::any_of(pids, is_busy))
    std::this_thread::sleep_for(kLookAgain);
}

std::unexpected<Error> does_not_stop(pid_t pid) {
  return fail(ExitCode::environment,
              fmt::format("process {} ({}) does not stop on SIGSTOP", pid, command_line(pid)),
              "it may wait for a disk or a network file system, or belong to another user");
}

}  // namespace

FrozenTree::FrozenTree(const std::vector<pid_t>& members) {
  for (const pid_t pid : members) {
    if (const auto process = read_process(pid))
      processes_[pid] = {
          .parent = process->parent, .start_ticks = process->start_ticks, .name = process->name};
  }
}

Result<FrozenTree> FrozenTree::freeze(const Members& members) {
  const auto deadline = SteadyClock::now() + kFreezePatience;
  std::set<pid_t> still;
  for (;;) {
    const auto found = members();
    const auto is_still = [&](pid_t pid) { return still.contains(pid); };
    // What stood still before this look has not forked since: where nothing is new, there is nothing else.
    if (std::ranges::all_of(found, is_still)) return FrozenTree(found);
    for (const pid_t pid : found) {
      if (!is_still(pid)) ::kill(pid, SIGSTOP);
    }
    for (const pid_t pid : found) {
      while (!stands_still(pid)) {
        if (SteadyClock::now() > deadline) {
          for (const pid_t stopped : found | std::views::reverse) ::kill(stopped, SIGCONT);
          return does_not_stop(pid);
        }
        std::this_thread::sleep_for(kLookAgain);
      }
      still.insert(pid);
    }
  }
}

Result<void> FrozenTree::thaw(const Members& members) const {
  const auto in_waves = waves();
  for (const auto& wave : in_waves) {
    for (const pid_t pid : wave) {
      if (lives(pid)) ::kill(pid, SIGCONT);
    }
    const bool last = &wave == &in_waves.back();
    wait_until_idle(wave, last ? milliseconds(0) : kHeadStart, last ? kLastWakePatience : kWakePatience);
  }

  std::vector<std::string> ended, fresh;
  for (const auto& [pid, process] : processes_) {
    if (!lives(pid)) ended.push_back(fmt::format("{} ({})", pid, process.name));
  }
  for (const pid_t pid : members()) {
    if (!processes_.contains(pid) || !lives(pid))
      fresh.push_back(fmt::format("{} ({})", pid, command_line(pid)));
  }
  if (ended.empty() && fresh.empty()) return {};
  std::string what = "its processes are not those that were frozen";
  if (!ended.empty()) what += fmt::format("; ended: {}", fmt::join(ended, ", "));
  if (!fresh.empty()) what += fmt::format("; new: {}", fmt::join(fresh, ", "));
  return fail(ExitCode::environment, std::move(what),
              "somebody ended them, or their master replaced them: its log may say why");
}

std::vector<std::vector<pid_t>> FrozenTree::waves() const {
  std::map<pid_t, size_t> heights;
  for (const auto& [pid, process] : processes_) {
    size_t height = 0;
    // From each process up to its root: whoever is on the way is at least so high.
    for (auto at = processes_.find(pid); at != processes_.end(); at = processes_.find(at->second.parent)) {
      size_t& known = heights[at->first];
      known = std::max(known, height++);
    }
  }
  std::vector<std::vector<pid_t>> waves;
  for (const auto& [pid, height] : heights) {
    if (waves.size() <= height) waves.resize(height + 1);
    waves[height].push_back(pid);
  }
  return waves;
}

bool FrozenTree::lives(pid_t pid) const {
  return launch::lives(pid, processes_.at(pid).start_ticks);
}

}  // namespace shootout::launch
