#include "cli/load_generator_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/load_metrics.h"
#include "cli/load_text.h"

namespace shootout::cli {
namespace {

using engine::LoadResult;

/// wrk's "Req/Sec" of its thread stats: over all intervals of all threads.
std::string threads_line(const LoadResult& result) {
  engine::ThreadRate all;
  double mean_square = 0;
  const auto count = static_cast<double>(result.threads.size());
  for (const auto& rate : result.threads) {
    all.mean += rate.mean / count;
    mean_square += (rate.stdev * rate.stdev + rate.mean * rate.mean) / count;
    all.max = std::max(all.max, rate.max);
  }
  if (all.max <= 0) return {};  // shorter than an interval
  all.stdev = std::sqrt(std::max(mean_square - all.mean * all.mean, 0.0));
  return summary_line("each thread", fmt::format("{} requests/s, stdev {}, max {}", rate_text(all.mean),
                                                 rate_text(all.stdev), rate_text(all.max)));
}

std::string offered_lines(const LoadResult& result) {
  if (!result.offered_rps || !result.sent_rps) return {};
  std::string text = summary_line(
      "offered", fmt::format("{}/s, sent {}/s", rate_text(*result.offered_rps), rate_text(*result.sent_rps)));
  const auto& late = result.lateness;
  if (late.count() == 0) return text;
  const auto p99 = believable_quantile(late, 0.99);
  return text + summary_line("sent late by",
                             fmt::format("p50 {}{}, max {}", latency_text(late.quantile(0.5)),
                                         p99 ? ", p99 " + latency_text(*p99) : "", latency_text(late.max())));
}

std::string under_way_line(const LoadResult& result) {
  if (result.concurrency_mean <= 0) return {};
  return summary_line("under way", fmt::format("{:.1f} on average, Little's law to {:.2g} %",
                                               result.concurrency_mean, 100 * result.littles_law_error()));
}

std::string generator_text(const LoadResult& result) {
  std::string text = bytes_text(static_cast<double>(result.max_rss_bytes));
  if (result.wall_s <= 0 || result.threads.empty()) return text;
  const double threads_s = result.wall_s * static_cast<double>(result.threads.size());
  const double busy_s = result.cpu_user_s + result.cpu_system_s - result.spin_s;
  text += fmt::format(", {:.0f} % of a core a thread", 100 * std::max(busy_s, 0.0) / threads_s);
  if (result.spin_s > 0) text += fmt::format(" and {:.0f} % spinning", 100 * result.spin_s / threads_s);
  return text;
}

}  // namespace

std::string summary_line(std::string_view label, std::string_view text) {
  return fmt::format("  {:<14}{}\n", label, text);
}

std::string generator_lines(const LoadResult& result) {
  return threads_line(result) + offered_lines(result) + under_way_line(result) +
         summary_line("generator", generator_text(result));
}

}  // namespace shootout::cli
