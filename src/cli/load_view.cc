#include "cli/load_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include "engine/http_syntax.h"

namespace shootout::cli {
namespace {

using engine::LoadPlan;
using engine::LoadResult;

constexpr std::uint64_t kFewestBeyond = 10;

/// "1,234,567"
std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string rate_text(double rate) {
  return rate >= 100 ? with_commas(static_cast<std::uint64_t>(std::llround(rate)))
                     : fmt::format("{:.2f}", rate);
}

std::string bytes_text(double bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 || bytes >= 100 ? 0 : 1, kUnits[unit]);
}

std::string plural(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", with_commas(count), thing, count == 1 ? "" : "s");
}

std::string line(std::string_view label, std::string_view text) {
  return fmt::format("  {:<13}{}\n", label, text);
}

/// Label and value in columns: "p50      p90" over "1.2 ms   3.4 ms".
std::string latency_lines(const engine::Histogram& latency, bool all) {
  if (latency.count() == 0) return line("latency", "no request was answered");
  std::vector<std::pair<std::string, std::string>> columns;
  static constexpr std::array<std::pair<const char*, double>, 6> kShown = {
      {{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}}};
  for (const auto& [label, q] : kShown) {
    if (q == 0.5 || latency.count_beyond(q) >= kFewestBeyond)
      columns.emplace_back(label, latency_text(latency.quantile(q)));
  }
  columns.emplace_back("max", latency_text(latency.max()));
  std::string labels, values;
  for (const auto& [label, value] : columns) {
    const std::size_t width = std::max(label.size(), value.size());
    fmt::format_to(std::back_inserter(labels), "{:>{}}  ", label, width);
    fmt::format_to(std::back_inserter(values), "{:>{}}  ", value, width);
  }
  labels.resize(labels.size() - 2), values.resize(values.size() - 2);
  std::string text = line("latency", labels) + line("", values);
  if (latency.count() > 1) {
    text += line("", fmt::format("mean {}, stdev {}, {:.0f} % within one stdev, min {}",
                                 latency_text(latency.mean()), latency_text(latency.stdev()),
                                 100 * latency.within_one_stdev(), latency_text(latency.min())));
  }
  if (!all) return text;
  for (const double percent :
       {1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.9, 99.95, 99.99, 99.999}) {
    const double q = percent / 100;
    if (latency.count_beyond(q) < kFewestBeyond) break;
    text += line("", fmt::format("{:>7} %  {:>9}  {} beyond", percent, latency_text(latency.quantile(q)),
                                 with_commas(latency.count_beyond(q))));
  }
  return text;
}

std::string errors_lines(const LoadResult& result, const char* red, const char* plain) {
  std::string text;
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i) {
    if (result.errors[i] == 0) continue;
    const auto error = static_cast<engine::ErrorClass>(i);
    const auto first = std::ranges::find(result.offences, error, &engine::Offence::error);
    const std::string example = first == result.offences.end() ? "" : ": " + engine::printable(first->what);
    text += line(text.empty() ? "errors" : "",
                 fmt::format("{}{}{} {}{}", red, with_commas(result.errors[i]), plain, name(error), example));
  }
  return text.empty() ? line("errors", "none") : text;
}

std::string requests_text(const LoadResult& result) {
  std::string text =
      fmt::format("{} started, {} succeeded", with_commas(result.started), with_commas(result.succeeded));
  if (result.started > 0) {
    fmt::format_to(std::back_inserter(text), " ({:.4g} %)",
                   100 * static_cast<double>(result.succeeded) / static_cast<double>(result.started));
  }
  if (result.unanswered > 0) text += fmt::format(", {} unanswered", with_commas(result.unanswered));
  return text;
}

std::string connections_text(const LoadResult& result) {
  std::string text = fmt::format("{} opened", with_commas(result.connections_opened));
  if (result.connections_opened > 0)
    text += fmt::format(", the last after {}", latency_text(result.open_s * 1e6));
  if (result.connections_never_served > 0)
    text += fmt::format(", {} never served", with_commas(result.connections_never_served));
  if (result.closed_by_server_idle > 0) {
    text += fmt::format(", {} closed idle by the server", with_commas(result.closed_by_server_idle));
  }
  return text;
}

std::string generator_text(const LoadResult& result) {
  std::string text;
  if (result.wall_s > 0 && !result.threads.empty()) {
    const double share = (result.cpu_user_s + result.cpu_system_s) / result.wall_s /
                         static_cast<double>(result.threads.size());
    text = fmt::format("{:.0f} % of a core a thread, ", 100 * share);
  }
  text += bytes_text(static_cast<double>(result.max_rss_bytes));
  if (result.concurrency_mean > 0) {
    text += fmt::format("; {:.1f} requests under way", result.concurrency_mean);
  }
  return text;
}

}  // namespace

std::string latency_text(double microseconds) {
  const auto digits = [](double value) { return value >= 100 ? 0 : value >= 10 ? 1 : 2; };
  if (microseconds < 999.5) return fmt::format("{:.{}f} us", microseconds, digits(microseconds));
  const double milliseconds = microseconds / 1e3;
  if (milliseconds < 999.5) return fmt::format("{:.{}f} ms", milliseconds, digits(milliseconds));
  return fmt::format("{:.{}f} s", milliseconds / 1e3, digits(milliseconds / 1e3));
}

std::string progress_line(const LoadPlan& plan, const engine::LoadProgress& now,
                          const engine::LoadProgress& before) {
  std::string text = fmt::format("{:.1f} s", now.elapsed_s);
  if (plan.duration_s) {
    const double left = plan.settle_s + *plan.duration_s - now.elapsed_s;
    text += left > 0 ? fmt::format(", {:.0f} s left", left) : ", waiting for answers";
  } else if (plan.requests) {
    text += fmt::format(", {} of {}", with_commas(now.completed), with_commas(*plan.requests));
  }
  const double elapsed = now.elapsed_s - before.elapsed_s;
  if (elapsed > 0) {
    text += fmt::format("  {}/s", rate_text(static_cast<double>(now.completed - before.completed) / elapsed));
  }
  if (now.p50_us > 0)
    text += fmt::format("  p50 {}  p99 {}", latency_text(now.p50_us), latency_text(now.p99_us));
  if (now.errors > 0) text += fmt::format("  {}", plural(now.errors, "error"));
  return text;
}

std::string load_summary(const LoadPlan& plan, const LoadResult& result, const LoadViewOptions& options) {
  const char* bold = options.colour ? "\033[1m" : "";
  const char* red = options.colour ? "\033[31m" : "";
  const char* plain = options.colour ? "\033[0m" : "";
  std::string text = fmt::format("{}{}{}\n", bold, engine::printable(result.url), plain);
  text += fmt::format("  {}, {}, {:.3g} s{}\n\n", plural(plan.connections, "connection"),
                      plural(result.threads.size(), "thread"), result.duration_s,
                      result.interrupted ? " (ended early)" : "");
  text += line("requests/s", fmt::format("{}{}{}", bold, rate_text(result.requests_per_second()), plain));
  text += line("transfer/s", bytes_text(result.bytes_per_second()));
  text += line("requests", requests_text(result));
  text += latency_lines(result.latency, options.all_percentiles);
  text += errors_lines(result, red, plain);
  text += line("connections", connections_text(result));
  text += line("generator", generator_text(result));
  for (const auto& reason : result.reasons) text += fmt::format("\n{}not valid{}: {}\n", red, plain, reason);
  return text;
}

}  // namespace shootout::cli
