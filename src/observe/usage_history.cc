#include "observe/usage_history.h"

#include <algorithm>
#include <cmath>

namespace shootout::observe {
namespace {

double to_microsecond(double seconds) {
  return std::round(seconds * 1e6) / 1e6;
}

}  // namespace

CpuUsed UsageHistory::Life::cpu() const {
  const double total =
      std::max(0.0, last.cpu_user_s + last.cpu_system_s - first.cpu_user_s - first.cpu_system_s);
  // The total only grows, but its split is as coarse as the ticks and may step back.
  const double user = std::clamp(last.cpu_user_s - first.cpu_user_s, 0.0, total);
  return {.user_s = user, .system_s = total - user};
}

void UsageHistory::add(const TreeUsage& moment) {
  for (auto& [key, life] : lives_) life.living = false;
  for (const auto& process : moment.processes) {
    auto [at, is_new] = lives_.try_emplace({process.pid, process.start_ticks});
    Life& life = at->second;
    if (is_new) {
      life.appeared = begun_;
      if (!begun_) life.first = process;
    }
    // What could not be read this time (a process that is just ending) stays as it was.
    const ProcessUsage before = life.last;
    life.last = process;
    if (process.cpu_user_s + process.cpu_system_s < before.cpu_user_s + before.cpu_system_s) {
      life.last.cpu_user_s = before.cpu_user_s;
      life.last.cpu_system_s = before.cpu_system_s;
    }
    if (!process.disk_read_bytes) life.last.disk_read_bytes = before.disk_read_bytes;
    if (!process.disk_written_bytes) life.last.disk_written_bytes = before.disk_written_bytes;
    life.living = true;
  }
  begun_ = true;
  peak_rss_bytes_ = std::max(peak_rss_bytes_, moment.rss_bytes());
  if (const auto pss = moment.pss_bytes()) peak_pss_bytes_ = std::max(peak_pss_bytes_.value_or(0), *pss);
}

CpuUsed UsageHistory::cpu() const {
  CpuUsed sum;
  for (const auto& [key, life] : lives_) {
    const CpuUsed used = life.cpu();
    sum.user_s += used.user_s;
    sum.system_s += used.system_s;
  }
  return sum;
}

std::optional<std::int64_t> UsageHistory::disk(std::optional<std::int64_t> ProcessUsage::* bytes) const {
  std::optional<std::int64_t> sum;
  for (const auto& [key, life] : lives_) {
    if (const auto& value = life.last.*bytes)
      sum = sum.value_or(0) + *value - (life.first.*bytes).value_or(0);
  }
  return sum;
}

std::optional<std::int64_t> UsageHistory::disk_read_bytes() const {
  return disk(&ProcessUsage::disk_read_bytes);
}
std::optional<std::int64_t> UsageHistory::disk_written_bytes() const {
  return disk(&ProcessUsage::disk_written_bytes);
}

std::vector<pid_t> UsageHistory::ended() const {
  std::vector<pid_t> pids;
  for (const auto& [key, life] : lives_) {
    if (!life.living) pids.push_back(key.first);
  }
  return pids;
}

std::vector<pid_t> UsageHistory::appeared() const {
  std::vector<pid_t> pids;
  for (const auto& [key, life] : lives_) {
    if (life.appeared) pids.push_back(key.first);
  }
  return pids;
}

nlohmann::json UsageHistory::sample() const {
  nlohmann::json processes = nlohmann::json::array();
  std::int64_t rss = 0;
  std::optional<std::int64_t> pss = 0;
  for (const auto& [key, life] : lives_) {
    if (!life.living) continue;
    const CpuUsed used = life.cpu();
    nlohmann::json process = {{"pid", life.last.pid},
                              {"name", life.last.name},
                              {"cpu_user_s", to_microsecond(used.user_s)},
                              {"cpu_system_s", to_microsecond(used.system_s)},
                              {"rss_bytes", life.last.rss_bytes}};
    if (life.last.pss_bytes) process["pss_bytes"] = *life.last.pss_bytes;
    rss += life.last.rss_bytes;
    pss = pss && life.last.pss_bytes ? std::optional(*pss + *life.last.pss_bytes) : std::nullopt;
    processes.push_back(std::move(process));
  }
  const CpuUsed used = cpu();
  nlohmann::json sample = {{"cpu_user_s", to_microsecond(used.user_s)},
                           {"cpu_system_s", to_microsecond(used.system_s)},
                           {"rss_bytes", rss}};
  if (pss && !processes.empty()) sample["pss_bytes"] = *pss;
  sample["processes"] = std::move(processes);
  return sample;
}

}  // namespace shootout::observe
