#include "observe/cores.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "base/text.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

std::optional<std::string> core_file(int cpu, std::string_view name) {
  auto text = read_proc_file(fmt::format("/sys/devices/system/cpu/cpu{}/{}", cpu, name));
  if (text && text->ends_with('\n')) text->pop_back();
  return text;
}

}  // namespace

std::vector<int> allowed_cores() {
  // The kernel refuses a set that is smaller than its own.
  for (int cores = 1024; cores <= 1 << 20; cores *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(cores),
                                                               [](cpu_set_t* it) { CPU_FREE(it); });
    const size_t size = CPU_ALLOC_SIZE(cores);
    if (!set || ::sched_getaffinity(0, size, set.get()) != 0) continue;
    std::vector<int> allowed;
    for (int core = 0; core < cores; ++core) {
      if (CPU_ISSET_S(core, size, set.get())) allowed.push_back(core);
    }
    return allowed;
  }
  return {};
}

std::vector<int> parse_core_list(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::vector<int> cores;
  for (const auto& part : split(text, ',')) {
    const auto first = leading_number(part);
    const size_t dash = part.find('-', 1);
    const auto last =
        dash == std::string::npos ? first : leading_number(std::string_view(part).substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > 1 << 20) return {};
    for (auto core = *first; core <= *last; ++core) cores.push_back(static_cast<int>(core));
  }
  return cores;
}

std::vector<std::vector<int>> threads_of_one_core(const std::vector<int>& cpus) {
  std::set<std::vector<int>> groups;
  for (const int cpu : cpus) {
    const auto list = core_file(cpu, "topology/thread_siblings_list");
    auto siblings = list ? parse_core_list(*list) : std::vector<int>();
    std::erase_if(siblings, [&](int other) { return std::ranges::find(cpus, other) == cpus.end(); });
    if (siblings.size() > 1) groups.insert(std::move(siblings));
  }
  return {groups.begin(), groups.end()};
}

std::map<int, std::string> governors(const std::vector<int>& cpus) {
  std::map<int, std::string> found;
  for (const int cpu : cpus) {
    if (auto governor = core_file(cpu, "cpufreq/scaling_governor")) found.emplace(cpu, std::move(*governor));
  }
  return found;
}

std::map<int, double> steady_frequencies(const std::vector<int>& cpus) {
  std::map<int, double> found;
  for (const auto& [cpu, governor] : governors(cpus)) {
    const auto text = governor == "performance" ? core_file(cpu, "cpufreq/scaling_cur_freq") : std::nullopt;
    const auto khz = text ? leading_number(*text) : std::nullopt;
    if (khz) found.emplace(cpu, static_cast<double>(*khz));
  }
  return found;
}

std::optional<double> frequency_change_percent(const std::map<int, double>& before,
                                               const std::map<int, double>& after) {
  std::optional<double> largest;
  for (const auto& [cpu, was] : before) {
    const auto is = after.find(cpu);
    if (is == after.end() || was <= 0) continue;
    largest = std::max(largest.value_or(0), 100 * std::abs(is->second - was) / was);
  }
  return largest;
}

}  // namespace shootout::observe
