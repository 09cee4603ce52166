#include "cli/stats_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/table.h"

namespace shootout::cli {
namespace {

// Three significant digits: "0B", "980kB", "1.25MB".
std::string size_text(double bytes, double base, const std::array<const char*, 5>& units) {
  size_t unit = 0;
  // From here on "{:.3g}" would say 1e+03.
  while (bytes >= 999.5 && unit + 1 < units.size()) {
    bytes /= base;
    ++unit;
  }
  return fmt::format("{:.3g}{}", bytes, units[unit]);
}

// Memory in powers of 1024, traffic in powers of 1000, as docker has them.
std::string memory_text(std::int64_t bytes) {
  return size_text(static_cast<double>(bytes), 1024, {"B", "KiB", "MiB", "GiB", "TiB"});
}
std::string traffic_text(std::int64_t bytes) {
  return size_text(static_cast<double>(bytes), 1000, {"B", "kB", "MB", "GB", "TB"});
}

std::string in_and_out(std::optional<std::int64_t> in, std::optional<std::int64_t> out, const char* between) {
  if (!in || !out) return "-";
  return traffic_text(*in) + between + traffic_text(*out);
}

Table table_of(const std::vector<StatsRow>& rows, const char* between, size_t name_width) {
  Table table{{"name", "cpu %", "mem usage", "mem %", "net i/o", "block i/o", "pids"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({row.name.size() <= name_width ? row.name : row.name.substr(0, name_width - 1) + "~",
                          fmt::format("{:.2f}%", row.cpu_percent), memory_text(row.memory_bytes),
                          fmt::format("{:.2f}%", row.memory_percent),
                          in_and_out(row.network_received_bytes, row.network_sent_bytes, between),
                          in_and_out(row.disk_read_bytes, row.disk_written_bytes, between),
                          std::to_string(row.processes)});
  }
  return table;
}

size_t widest_line(const std::string& text) {
  size_t widest = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    widest = std::max(widest, end - begin);
    begin = end + 1;
  }
  return widest;
}

std::string plain(std::optional<std::int64_t> number) {
  return number ? std::to_string(*number) : "";
}

std::optional<std::int64_t> sum(const observe::TreeUsage& tree,
                                std::optional<std::int64_t> observe::ProcessUsage::* member) {
  std::optional<std::int64_t> total;
  for (const auto& process : tree.processes) {
    if (const auto& value = process.*member) total = total.value_or(0) + *value;
  }
  return total;
}

}  // namespace

StatsRow stats_row(std::string name, const observe::TreeUsage& before, const observe::TreeUsage& after,
                   std::optional<observe::NetworkBytes> network, std::int64_t memory_bytes) {
  StatsRow row;
  row.name = std::move(name);
  const auto used = observe::cpu_between(before, after);
  if (after.at_s > before.at_s)
    row.cpu_percent = 100 * (used.user_s + used.system_s) / (after.at_s - before.at_s);
  row.memory_bytes = after.pss_bytes().value_or(after.rss_bytes());
  if (memory_bytes > 0) {
    row.memory_percent = 100 * static_cast<double>(row.memory_bytes) / static_cast<double>(memory_bytes);
  }
  if (network) {
    row.network_received_bytes = network->received;
    row.network_sent_bytes = network->sent;
  }
  row.disk_read_bytes = sum(after, &observe::ProcessUsage::disk_read_bytes);
  row.disk_written_bytes = sum(after, &observe::ProcessUsage::disk_written_bytes);
  row.processes = after.processes.size();
  return row;
}

std::string stats_table(const std::vector<StatsRow>& rows, int width) {
  constexpr size_t kShortestName = 8;
  const auto columns = static_cast<size_t>(std::max(width, 0));
  size_t name_width = kShortestName;
  for (const auto& row : rows) name_width = std::max(name_width, row.name.size());
  std::string text = render(table_of(rows, " / ", name_width));
  if (widest_line(text) <= columns) return text;
  text = render(table_of(rows, "/", name_width));
  const size_t widest = widest_line(text);
  if (widest <= columns) return text;
  const size_t excess = widest - columns;
  return render(
      table_of(rows, "/", name_width > kShortestName + excess ? name_width - excess : kShortestName));
}

std::string stats_csv_header() {
  return "time,name,cpu_percent,memory_bytes,memory_percent,network_received_bytes,network_sent_bytes,"
         "disk_read_bytes,disk_written_bytes,processes\n";
}

std::string stats_csv_row(std::string_view time, const StatsRow& row) {
  std::string name = row.name;
  if (name.find_first_of(",\"\r\n") != std::string::npos) {  // RFC 4180
    for (size_t at = 0; (at = name.find('"', at)) != std::string::npos; at += 2) name.insert(at, 1, '"');
    name = '"' + name + '"';
  }
  return fmt::format("{},{},{:.2f},{},{:.3f},{},{},{},{},{}\n", time, name, row.cpu_percent, row.memory_bytes,
                     row.memory_percent, plain(row.network_received_bytes), plain(row.network_sent_bytes),
                     plain(row.disk_read_bytes), plain(row.disk_written_bytes), row.processes);
}

}  // namespace shootout::cli
