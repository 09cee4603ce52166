#include "observe/machine_counters.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

/// The words of a line that blanks and tabs separate.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t at = line.find_first_not_of(" \t\n"); at != std::string_view::npos;) {
    const size_t end = std::min(line.find_first_of(" \t\n", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(" \t\n", end);
  }
  return words;
}

}  // namespace

std::map<int, CoreTicks> parse_core_ticks(std::string_view stat) {
  std::map<int, CoreTicks> cores;
  for (const auto& line : split(stat, '\n')) {
    const auto words = words_of(line);
    constexpr size_t kWords = 9;  // cpuN user nice system idle iowait irq softirq steal; guests are in user
    if (words.size() < kWords || !words[0].starts_with("cpu")) continue;
    const auto core = leading_number(words[0].substr(3));
    if (!core) continue;  // the sum of all
    std::array<std::uint64_t, kWords> ticks{};
    for (size_t i = 1; i < kWords; ++i)
      ticks[i] = static_cast<std::uint64_t>(leading_number(words[i]).value_or(0));
    cores[static_cast<int>(*core)] = {
        .idle = ticks[4] + ticks[5], .interrupts = ticks[6] + ticks[7], .stolen = ticks[8]};
  }
  return cores;
}

CoresUsed cores_used(const std::map<int, CoreTicks>& before, const std::map<int, CoreTicks>& after,
                     double wall_s) {
  static const double tick_s = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  CoresUsed used;
  for (const auto& [core, is] : after) {
    const auto was = before.find(core);
    if (was == before.end()) continue;
    const auto seconds = [&](std::uint64_t now, std::uint64_t then) {
      // Idleness may step back by a little: proc_stat(5).
      return now < then ? 0 : static_cast<double>(now - then) * tick_s;
    };
    const double stolen = seconds(is.stolen, was->second.stolen);
    const double not_busy =
        stolen + seconds(is.idle, was->second.idle) + seconds(is.interrupts, was->second.interrupts);
    used.busy_s += std::max(0.0, wall_s - not_busy);
    used.stolen_s += stolen;
    ++used.cores;
  }
  return used;
}

std::optional<std::int64_t> parse_pressure_us(std::string_view text) {
  if (!text.starts_with("some ")) return std::nullopt;
  constexpr std::string_view kKey = "total=";
  const size_t at = text.substr(0, text.find('\n')).find(kKey);
  return at == std::string_view::npos ? std::nullopt : leading_number(text.substr(at + kKey.size()));
}

std::optional<std::int64_t> parse_swapped_pages(std::string_view vmstat) {
  std::optional<std::int64_t> in, out;
  for (const auto& line : split(vmstat, '\n')) {
    const auto words = words_of(line);
    if (words.size() == 2 && words[0] == "pswpin") in = leading_number(words[1]);
    if (words.size() == 2 && words[0] == "pswpout") out = leading_number(words[1]);
  }
  if (!in || !out) return std::nullopt;
  return *in + *out;
}

std::optional<std::int64_t> parse_net_counter(std::string_view text, std::string_view group,
                                              std::string_view name) {
  std::vector<std::string_view> names;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(group) || !line.substr(group.size()).starts_with(':')) continue;
    auto words = words_of(line);
    if (names.empty()) {
      names = std::move(words);
      continue;
    }
    for (size_t i = 1; i < names.size() && i < words.size(); ++i) {
      if (names[i] == name) return leading_number(words[i]);
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_time_wait(std::string_view sockstat) {
  for (const auto& line : split(sockstat, '\n')) {
    const auto words = words_of(line);
    if (words.empty() || words[0] != "TCP:") continue;
    for (size_t i = 1; i + 1 < words.size(); i += 2) {
      if (words[i] == "tw") return leading_number(words[i + 1]);
    }
  }
  return std::nullopt;
}

std::optional<std::pair<int, int>> parse_port_range(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() != 2) return std::nullopt;
  const auto first = leading_number(words[0]), last = leading_number(words[1]);
  if (!first || !last || *first > *last) return std::nullopt;
  return std::pair(static_cast<int>(*first), static_cast<int>(*last));
}

}  // namespace shootout::observe
