#include "observe/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "observe/census.h"
#include "observe/clocks.h"
#include "observe/cores.h"
#include "observe/cpu_cgroup.h"
#include "observe/machine_counters.h"
#include "observe/port_use.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

constexpr double kShownPercent = 1;
constexpr size_t kShown = 3;

double hundredths(double percent) {
  return std::round(percent * 100) / 100;
}

/// What `parse` finds in a kernel file.
template <class Parse>
auto parsed(const std::string& path, Parse parse) -> decltype(parse(std::string())) {
  const auto text = read_proc_file(path);
  if (!text) return {};
  return parse(*text);
}

}  // namespace

struct EnvironmentWatch::Moment {
  double at_s = 0;
  Census census;
  std::map<int, CoreTicks> ticks;  ///< of the allowed cores
  std::optional<std::int64_t> cpu_pressure_us, memory_pressure_us, io_pressure_us;
  std::optional<double> throttled;
  std::optional<std::int64_t> swapped_pages, listen_overflows, listen_drops;
  std::map<int, double> frequencies;

  static Moment now(const std::string& netstat) {
    Moment moment;
    const auto cores = allowed_cores();
    moment.frequencies = steady_frequencies(cores);
    moment.cpu_pressure_us = parsed("/proc/pressure/cpu", parse_pressure_us);
    moment.memory_pressure_us = parsed("/proc/pressure/memory", parse_pressure_us);
    moment.io_pressure_us = parsed("/proc/pressure/io", parse_pressure_us);
    if (const auto cgroup = own_cpu_cgroup()) moment.throttled = throttled_s(*cgroup);
    moment.swapped_pages = parsed("/proc/vmstat", parse_swapped_pages);
    if (const auto counters = read_proc_file(netstat)) {
      moment.listen_overflows = parse_net_counter(*counters, "TcpExt", "ListenOverflows");
      moment.listen_drops = parse_net_counter(*counters, "TcpExt", "ListenDrops");
    }
    // Last and close together, since they are held against each other.
    moment.census = take_census();
    moment.ticks = parsed("/proc/stat", parse_core_ticks);
    moment.at_s = monotonic_s();
    std::erase_if(moment.ticks,
                  [&](const auto& core) { return std::ranges::find(cores, core.first) == cores.end(); });
    return moment;
  }
};

namespace {

void add_others(nlohmann::json& told, const CpuDivision& division, double unseen, double wall_s) {
  auto others = division.others;
  if (unseen > 0) others.push_back({.pid = 0, .name = "out of sight", .cpu_s = unseen});
  std::ranges::stable_sort(others, std::ranges::greater{}, &CpuDivision::Share::cpu_s);
  told["others_cpu_percent"] = hundredths(100 * (division.others_s + unseen) / wall_s);
  told["others"] = nlohmann::json::array();
  for (const auto& other : others) {
    const double percent = hundredths(100 * other.cpu_s / wall_s);
    if (percent <= kShownPercent || told["others"].size() == kShown) break;
    told["others"].push_back({{"pid", other.pid}, {"name", other.name}, {"cpu_percent", percent}});
  }
}

void add_ports(nlohmann::json& told) {
  if (const auto waiting = parsed("/proc/net/sockstat", parse_time_wait)) told["time_wait"] = *waiting;
  const auto range = parsed("/proc/sys/net/ipv4/ip_local_port_range", parse_port_range);
  auto dump = SocketDump::open();
  if (!range || !dump) return;
  if (const auto pairs = dump->pairs())
    told["ports_in_use_percent"] = hundredths(ports_in_use_percent(*pairs, *range));
}

}  // namespace

EnvironmentWatch::EnvironmentWatch(pid_t ours, pid_t server, std::vector<pid_t> also)
    : ours_(std::move(also)),
      netstat_(server == 0 ? "/proc/net/netstat" : fmt::format("/proc/{}/net/netstat", server)),
      begin_(std::make_unique<Moment>(Moment::now(netstat_))) {
  ours_.push_back(ours);
}
EnvironmentWatch::EnvironmentWatch(EnvironmentWatch&&) noexcept = default;
EnvironmentWatch& EnvironmentWatch::operator=(EnvironmentWatch&&) noexcept = default;
EnvironmentWatch::~EnvironmentWatch() = default;

nlohmann::json EnvironmentWatch::finish() {
  const Moment& begin = *begin_;
  const Moment end = Moment::now(netstat_);
  const double wall_s = std::max(end.at_s - begin.at_s, 1e-6);
  nlohmann::json told = {{"wall_s", wall_s}};

  const auto used = cores_used(begin.ticks, end.ticks, wall_s);
  if (used.cores > 0) {
    told["steal_percent"] =
        hundredths(std::min(100.0, 100 * used.stolen_s / (wall_s * static_cast<double>(used.cores))));
  }
  const auto division = divide_cpu(begin.census, end.census, ours_);
  add_others(told, division, unseen_s(division, used), wall_s);

  for (const auto& [name, total] : {std::pair("cpu_pressure_percent", &Moment::cpu_pressure_us),
                                    std::pair("memory_pressure_percent", &Moment::memory_pressure_us),
                                    std::pair("io_pressure_percent", &Moment::io_pressure_us)}) {
    if (!(begin.*total) || !(end.*total)) continue;
    const double waited_s = static_cast<double>(*(end.*total) - *(begin.*total)) * 1e-6;
    told[name] = hundredths(std::clamp(100 * waited_s / wall_s, 0.0, 100.0));
  }
  if (begin.throttled && end.throttled)
    told["throttled_percent"] =
        hundredths(std::clamp(100 * (*end.throttled - *begin.throttled) / wall_s, 0.0, 100.0));
  for (const auto& [name, counter] : {std::pair("swapped_pages", &Moment::swapped_pages),
                                      std::pair("listen_overflows", &Moment::listen_overflows),
                                      std::pair("listen_drops", &Moment::listen_drops)}) {
    if (begin.*counter && end.*counter)
      told[name] = std::max<std::int64_t>(0, *(end.*counter) - *(begin.*counter));
  }
  if (const auto change = frequency_change_percent(begin.frequencies, end.frequencies))
    told["frequency_change_percent"] = hundredths(*change);
  add_ports(told);
  return told;
}

}  // namespace shootout::observe
