#include "observe/process_tree.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "observe/clocks.h"
#include "observe/proc_file.h"
#include "observe/process_stat.h"

namespace shootout::observe {
namespace {

// Every living process of the machine, as one pass over /proc finds them.
class ProcessTable {
 public:
  ProcessTable() {
    for (const pid_t pid : numbered_entries("/proc")) {
      auto stat = process_stat(pid);
      if (!stat || stat->ended()) continue;
      children_[stat->parent].push_back(pid);
      stats_.emplace(pid, std::move(*stat));
    }
  }

  [[nodiscard]] std::vector<pid_t> tree(pid_t root) const {
    std::vector<pid_t> found;
    if (stats_.contains(root)) found.push_back(root);
    for (size_t i = 0; i < found.size(); ++i) {
      const auto below = children_.find(found[i]);
      if (below != children_.end()) found.insert(found.end(), below->second.begin(), below->second.end());
    }
    return found;
  }

  [[nodiscard]] const ProcessStat& stat(pid_t pid) const { return stats_.at(pid); }

 private:
  std::unordered_map<pid_t, ProcessStat> stats_;
  std::unordered_map<pid_t, std::vector<pid_t>> children_;
};

// The CPU clock of a process counts what the scheduler counted, in nanoseconds; the ticks say how to split
// it.
std::pair<double, double> user_and_system(pid_t pid, const ProcessStat& stat) {
  static const double tick_s = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double user = static_cast<double>(stat.user_ticks) * tick_s;
  const double system = static_cast<double>(stat.system_ticks) * tick_s;
  clockid_t clock{};
  if (::clock_getcpuclockid(pid, &clock) != 0) return {user, system};
  const auto total = read_clock(clock);
  if (!total) return {user, system};
  if (user + system == 0) return {*total, 0};
  return {*total * user / (user + system), *total * system / (user + system)};
}

std::optional<std::int64_t> pss_bytes_of(pid_t pid) {
  const auto rollup = read_proc_file(fmt::format("/proc/{}/smaps_rollup", pid));
  const auto kib = rollup ? number_after(*rollup, "Pss") : std::nullopt;
  return kib ? std::optional(*kib * 1024) : std::nullopt;
}

ProcessUsage usage(pid_t pid, const ProcessStat& stat) {
  static const std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  ProcessUsage usage;
  usage.pid = pid;
  usage.parent = stat.parent;
  usage.start_ticks = stat.start_ticks;
  usage.name = printable(stat.name);
  std::tie(usage.cpu_user_s, usage.cpu_system_s) = user_and_system(pid, stat);
  usage.rss_bytes = stat.rss_pages * page_bytes;
  if (const auto io = read_proc_file(fmt::format("/proc/{}/io", pid))) {
    usage.disk_read_bytes = number_after(*io, "read_bytes");
    usage.disk_written_bytes = number_after(*io, "write_bytes");
  }
  return usage;
}

}  // namespace

std::int64_t TreeUsage::rss_bytes() const {
  std::int64_t sum = 0;
  for (const auto& process : processes) sum += process.rss_bytes;
  return sum;
}

std::optional<std::int64_t> TreeUsage::pss_bytes() const {
  if (processes.empty()) return std::nullopt;
  std::int64_t sum = 0;
  for (const auto& process : processes) {
    if (!process.pss_bytes) return std::nullopt;
    sum += *process.pss_bytes;
  }
  return sum;
}

std::vector<pid_t> tree_of(pid_t root) {
  return ProcessTable().tree(root);
}

std::vector<TreeUsage> usages_of(const std::vector<pid_t>& roots, bool with_pss) {
  const ProcessTable table;
  std::vector<TreeUsage> trees;
  for (const pid_t root : roots) {
    TreeUsage tree;
    tree.at_s = monotonic_s();
    for (const pid_t pid : table.tree(root)) tree.processes.push_back(usage(pid, table.stat(pid)));
    trees.push_back(std::move(tree));
  }
  // Afterwards, so that the slow walk does not pull the CPU figures apart.
  if (with_pss) {
    for (auto& tree : trees) {
      for (auto& process : tree.processes) process.pss_bytes = pss_bytes_of(process.pid);
    }
  }
  return trees;
}

TreeUsage usage_of(pid_t root, bool with_pss) {
  return std::move(usages_of({root}, with_pss).front());
}

CpuUsed cpu_between(const TreeUsage& before, const TreeUsage& after) {
  std::map<std::pair<pid_t, std::uint64_t>, const ProcessUsage*> earlier;
  for (const auto& process : before.processes) earlier[{process.pid, process.start_ticks}] = &process;
  CpuUsed used;
  for (const auto& process : after.processes) {
    double user = process.cpu_user_s, total = process.cpu_user_s + process.cpu_system_s;
    if (const auto known = earlier.find({process.pid, process.start_ticks}); known != earlier.end()) {
      user -= known->second->cpu_user_s;
      total -= known->second->cpu_user_s + known->second->cpu_system_s;
    }
    // The total only grows, but its split is as coarse as the ticks and may step back.
    total = std::max(total, 0.0);
    user = std::clamp(user, 0.0, total);
    used.user_s += user;
    used.system_s += total - user;
  }
  return used;
}

}  // namespace shootout::observe
