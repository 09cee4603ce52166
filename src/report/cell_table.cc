#include "report/cell_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "report/cell_columns.h"

namespace shootout::report {
namespace {

/// From here on an answer (or an upload) is a transfer, which is told in MB/s.
constexpr double kLarge = 1e6;

/// What moves most bytes: what is received, or what is sent; empty where neither is much.
std::string_view transfer_of(const Cell& cell) {
  const auto received = cell.most("bytes_per_second"), sent = cell.most("sent_bytes_per_second");
  const auto& body = cell.scenario.request.body;
  const bool much = cell.most("bytes_per_answer") >= kLarge || static_cast<double>(body.size) >= kLarge;
  if (!much || std::max(received, sent) <= 0) return {};
  return received >= sent ? "bytes_per_second" : "sent_bytes_per_second";
}

CellColumns rates_of(const Cell& cell) {
  CellColumns columns;
  if (const auto transfer = transfer_of(cell); !transfer.empty())
    columns.push_back(cell.column(transfer.starts_with("sent") ? "Sent" : "Received", std::string(transfer),
                                  Quantity::bytes_per_second));
  columns.push_back(
      cell.column(rate_title(cell.load, cell.scenario), "requests_per_second", Quantity::per_second));
  const bool all_good = std::ranges::all_of(cell.sides, [&](const Side& side) {
    const auto* rate = estimate_of(cell.load, side, "success_rate");
    return rate == nullptr || rate->value >= 1;
  });
  if (!all_good || !has_leader(cell.sides))
    columns.push_back(cell.column("Success rate", "success_rate", Quantity::share));
  return columns;
}

/// A quantile with, in parentheses, what lies beyond it in the poorest replicate.
CellColumn quantile_column(const Cell& cell, const std::string& title, const std::string& metric) {
  return {title, [&cell, metric](const Side& side) {
            auto text = with_count(estimate_of(cell.load, side, metric), Quantity::microseconds, cell.usual);
            if (side.figures && side.figures->metrics.contains(metric))
              if (const auto beyond = side.figures->beyond.find(metric); beyond != side.figures->beyond.end())
                text.spans.emplace_back(fmt::format(" ({})", beyond->second));
            return text;
          }};
}

CellColumns latencies_of(const Cell& cell) {
  CellColumns columns;
  if (cell.most("bytes_per_answer") >= kLarge && cell.knows("first_byte_p50_us"))
    columns.push_back(cell.column("First byte, p50", "first_byte_p50_us", Quantity::microseconds));
  if (!has_leader(cell.sides))
    columns.push_back(cell.column("Avg response time", "latency_mean_us", Quantity::microseconds));
  columns.push_back(cell.column("p50", "latency_p50_us", Quantity::microseconds));
  for (const auto& [title, metric] :
       {std::pair("p90 (beyond)", "latency_p90_us"), std::pair("p95 (beyond)", "latency_p95_us"),
        std::pair("p99 (beyond)", "latency_p99_us")})
    if (cell.knows(metric) || has_leader(cell.sides)) columns.push_back(quantile_column(cell, title, metric));
  return columns;
}

CellColumns costs_of(const Cell& cell) {
  CellColumns columns;
  const auto add = [&](const char* title, const char* metric, Quantity quantity) {
    if (cell.knows(metric)) columns.push_back(cell.column(title, metric, quantity));
  };
  add("CPU a request", "cpu_us_per_request", Quantity::cpu_microseconds);
  if (cell.scenario.request.rows)
    add("Database CPU a request", "database_cpu_us_per_request", Quantity::cpu_microseconds);
  add("CPU", "cpu_percent", Quantity::percent);
  if (cell.knows("pss_bytes") || cell.knows("rss_bytes"))
    columns.push_back({memory_title(cell.load, cell.sides),
                       [&cell](const Side& side) { return memory_of(cell.load, side, cell.usual); }});
  add("Bytes an answer", "bytes_per_answer", Quantity::bytes);
  return columns;
}

}  // namespace

Table steady_table(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario) {
  const Cell cell =
      cell_of(subject, load, scenario,
              {"requests_per_second", "latency_p50_us", "latency_mean_us", "cpu_us_per_request"});
  std::vector<CellColumns> groups{rates_of(cell), latencies_of(cell), costs_of(cell)};
  if (load.decides.starts_with("latency")) std::swap(groups[0], groups[1]);
  return table_of(cell, std::move(groups));
}

}  // namespace shootout::report
