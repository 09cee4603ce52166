#include "observe/census.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "observe/clocks.h"
#include "observe/proc_file.h"
#include "observe/process_stat.h"

namespace shootout::observe {
namespace {

std::set<pid_t> tree_in(const Census& census, pid_t root) {
  std::multimap<pid_t, pid_t> children;
  for (const auto& [pid, entry] : census) children.emplace(entry.parent, pid);
  std::set<pid_t> tree;
  const std::function<void(pid_t)> add = [&](pid_t pid) {
    if (!tree.insert(pid).second) return;
    for (auto [it, end] = children.equal_range(pid); it != end; ++it) add(it->second);
  };
  if (census.contains(root)) add(root);
  return tree;
}

/// The same process in another census; null where it is not there.
const CensusEntry* find_same(const Census& census, pid_t pid, const CensusEntry& entry) {
  const auto found = census.find(pid);
  return found != census.end() && found->second.start_ticks == entry.start_ticks ? &found->second : nullptr;
}

/// By process: what its children had used by the first look that were there then and are gone now. It was
/// added to what their parent has waited for, but is not of this time.
std::map<pid_t, double> used_before_by_the_gone(const Census& before, const Census& after) {
  std::map<pid_t, double> used;
  for (const auto& [pid, entry] : before) {
    if (find_same(after, pid, entry) != nullptr) continue;
    auto heir = before.find(entry.parent);  // the nearest one above that lives on
    while (heir != before.end() && find_same(after, heir->first, heir->second) == nullptr)
      heir = before.find(heir->second.parent);
    if (heir != before.end()) used[heir->first] += entry.cpu_s + entry.children_s;
  }
  return used;
}

}  // namespace

Census take_census() {
  static const double tick_s = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  Census census;
  for (const pid_t pid : numbered_entries("/proc")) {
    auto stat = process_stat(pid);
    if (!stat) continue;
    CensusEntry entry{.parent = stat->parent,
                      .start_ticks = stat->start_ticks,
                      .name = printable(std::move(stat->name)),
                      .kernel_thread = stat->kernel_thread,
                      .cpu_s = static_cast<double>(stat->user_ticks + stat->system_ticks) * tick_s,
                      .children_s = static_cast<double>(stat->children_ticks) * tick_s};
    clockid_t clock{};
    if (::clock_getcpuclockid(pid, &clock) == 0) entry.cpu_s = read_clock(clock).value_or(entry.cpu_s);
    census.emplace(pid, std::move(entry));
  }
  return census;
}

CpuDivision divide_cpu(const Census& before, const Census& after, const std::vector<pid_t>& ours) {
  auto our_tree = decltype(tree_in(after, 0)){};
  for (const pid_t root : ours) {
    our_tree.merge(tree_in(after, root));
    our_tree.merge(tree_in(before, root));
  }
  const auto used_before = used_before_by_the_gone(before, after);
  CpuDivision division;
  for (const auto& [pid, entry] : after) {
    double own = entry.cpu_s, waited_for = entry.children_s;
    if (const auto* was = find_same(before, pid, entry)) {
      own -= was->cpu_s;
      waited_for -= was->children_s;
    }
    if (const auto known = used_before.find(pid); known != used_before.end()) waited_for -= known->second;
    const double used = std::max(own, 0.0) + std::max(waited_for, 0.0);
    if (entry.kernel_thread) {
      division.kernel_s += used;
    } else if (our_tree.contains(pid)) {
      division.ours_s += used;
    } else {
      division.others_s += used;
      if (used > 0) division.others.push_back({.pid = pid, .name = entry.name, .cpu_s = used});
    }
  }
  std::ranges::sort(division.others, std::ranges::greater{}, &CpuDivision::Share::cpu_s);
  return division;
}

double unseen_s(const CpuDivision& seen, const CoresUsed& used) {
  // Each of five columns is rounded to a tick, at both looks, and a process's clock is behind by up to one.
  constexpr double kRoundingTicks = 4;
  static const double tick_s = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double unseen = used.busy_s - seen.ours_s - seen.others_s - seen.kernel_s;
  return unseen > kRoundingTicks * tick_s * static_cast<double>(used.cores) ? unseen : 0;
}

}  // namespace shootout::observe
