#include "cli/load_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/load_chart.h"
#include "cli/load_generator_view.h"
#include "cli/load_metrics.h"
#include "cli/load_text.h"
#include "engine/http_syntax.h"

namespace shootout::cli {
namespace {

using engine::Histogram;
using engine::LoadPlan;
using engine::LoadResult;

using LatencyRow = std::pair<const char*, const Histogram*>;

/// "latency" and its kin in columns: p50, p75 ... max, as many as the first of them has.
std::string latency_table(const std::vector<LatencyRow>& rows) {
  static constexpr std::array<std::pair<const char*, double>, 6> kShown = {
      {{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}}};
  std::string head;
  std::vector<std::string> lines(rows.size());
  for (const auto& [label, q] : kShown) {
    if (!believable_quantile(*rows.front().second, q)) continue;
    head += fmt::format("{:>9}", label);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto value = believable_quantile(*rows[i].second, q);
      lines[i] += fmt::format("{:>9}", value ? latency_text(*value) : "-");
    }
  }
  std::string text = summary_line("", head + fmt::format("{:>9}", "max"));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [label, latency] = rows[i];
    text += summary_line(
        label, lines[i] + fmt::format("{:>9}", latency->count() > 0 ? latency_text(latency->max()) : "-"));
  }
  return text;
}

std::string all_percentiles(const Histogram& latency) {
  std::string text;
  for (const double percent :
       {1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.9, 99.95, 99.99, 99.999}) {
    const auto value = believable_quantile(latency, percent / 100);
    if (!value) break;
    text += summary_line("", fmt::format("{:>7} %  {:>9}  {} beyond", percent, latency_text(*value),
                                         with_commas(latency.count_beyond(percent / 100))));
  }
  return text;
}

std::string latency_lines(const LoadPlan& plan, const LoadResult& result, bool all) {
  const auto& latency = result.latency;
  if (latency.count() == 0) return summary_line("latency", "no request was answered");
  std::vector<LatencyRow> rows = {{"latency", &latency}};
  if (plan.is_open_loop()) rows.emplace_back("service", &result.service);
  if (all) rows.emplace_back("first byte", &result.first_byte);
  std::string text = latency_table(rows);
  if (latency.count() > 1) {
    text += summary_line("", fmt::format("mean {}, stdev {}, {:.0f} % within one stdev, min {}",
                                         latency_text(latency.mean()), latency_text(latency.stdev()),
                                         100 * latency.within_one_stdev(), latency_text(latency.min())));
  }
  return all ? text + all_percentiles(latency) : text;
}

std::string errors_lines(const LoadResult& result, const Paint& paints) {
  std::string text;
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i) {
    if (result.errors[i] == 0) continue;
    const auto error = static_cast<engine::ErrorClass>(i);
    const auto first = std::ranges::find(result.offences, error, &engine::Offence::error);
    const std::string example = first == result.offences.end() ? "" : ": " + engine::printable(first->what);
    text += summary_line(text.empty() ? "errors" : "",
                         fmt::format("{}{}{} {}{}", paints.red, with_commas(result.errors[i]), paints.plain,
                                     name(error), example));
  }
  return text.empty() ? summary_line("errors", "none") : text;
}

std::string unanswered_lines(const LoadResult& result) {
  if (result.unanswered == 0) return {};
  std::string text = with_commas(result.unanswered);
  if (result.never_sent > 0)
    text += fmt::format(" ({} never sent: no connection was free)", with_commas(result.never_sent));
  text = summary_line("unanswered", text);
  const auto& waited = result.unanswered_wait;
  if (waited.count() == 0) return text;
  return text + summary_line("", fmt::format("they had waited {} (p50), at most {}",
                                             latency_text(waited.quantile(0.5)), latency_text(waited.max())));
}

std::string requests_text(const LoadResult& result) {
  std::string text =
      fmt::format("{} started, {} succeeded", with_commas(result.started), with_commas(result.succeeded));
  if (result.started == 0) return text;
  const double percent = 100 * static_cast<double>(result.succeeded) / static_cast<double>(result.started);
  constexpr double kMostOfSome = 99.99;  // "100 %" is all of them
  if (result.succeeded < result.started && percent > kMostOfSome) return text + " (> 99.99 %)";
  return text + fmt::format(" ({:.4g} %)", percent);
}

std::string length_text(double seconds) {
  return seconds < 100 ? fmt::format("{:.3g} s", seconds)
                       : with_commas(static_cast<std::uint64_t>(std::llround(seconds))) + " s";
}

std::string connections_text(const LoadResult& result) {
  std::string text = fmt::format("{} opened", with_commas(result.connections_opened));
  if (result.connections_opened > 0) text += fmt::format(" in {}", latency_text(result.open_s * 1e6));
  if (result.connections_never_served > 0)
    text += fmt::format(", {} never served", with_commas(result.connections_never_served));
  if (result.closed_by_server_idle > 0)
    text +=
        fmt::format(", {} closed by the server between requests", with_commas(result.closed_by_server_idle));
  return text;
}

std::string tls_lines(const engine::TlsSummary& tls) {
  std::string made;
  for (const auto* part : {&tls.version, &tls.cipher, &tls.protocol}) {
    if (!part->empty()) made += (made.empty() ? "" : ", ") + engine::printable(*part);
  }
  const std::string handshakes =
      fmt::format("{}, {} resumed", plural(tls.handshakes, "handshake"), with_commas(tls.resumed));
  if (made.empty()) return summary_line("TLS", handshakes);
  return summary_line("TLS", made) + summary_line("", handshakes);
}

/// How the rate went, point by point of the series.
std::string rate_lines(const LoadResult& result) {
  const auto rates = rates_of(result.series);
  constexpr std::size_t kFewestPoints = 3;  // fewer are no line
  if (rates.size() < kFewestPoints) return {};
  const auto [low, high] = std::ranges::minmax(rates);
  return "\n" + summary_line("rate", fmt::format("{}  {} to {} a second", sparkline(rates, 32),
                                                 rate_text(low), rate_text(high)));
}

std::string stage_lines(const LoadPlan& plan, const LoadResult& result) {
  if (result.stages.empty()) return {};
  std::string text = fmt::format("\n  {:<6}{:>18}{:>12}{:>11}{:>10}{:>9}{:>9}\n", "stage",
                                 plan.stages_are_rates ? "planned/s" : "connections", "requests/s", "errors",
                                 "waiting", "p50", "p99");
  for (std::size_t i = 0; i < result.stages.size(); ++i) {
    const auto& stage = result.stages[i];
    const std::string level = stage.from == stage.to ? fmt::format("{:.6g}", stage.to)
                                                     : fmt::format("{:.6g}..{:.6g}", stage.from, stage.to);
    const auto shown = [&](double q) {
      const auto value = believable_quantile(stage.latency, q);
      return value ? latency_text(*value) : std::string("-");
    };
    text += fmt::format("  {:<6}{:>18}{:>12}{:>11}{:>10}{:>9}{:>9}\n", i + 1, level,
                        rate_text(stage.requests_per_second()), with_commas(stage.error_count()),
                        with_commas(stage.unanswered), shown(0.5), shown(0.99));
  }
  return text;
}

std::string heading(const LoadPlan& plan, const LoadResult& result, const Paint& paints) {
  std::string text;
  for (const auto& reason : result.reasons)
    text += fmt::format("{}not valid: {}{}\n", paints.red, reason, paints.plain);
  text += fmt::format("{}{}{}\n", paints.bold, engine::printable(result.url), paints.plain);
  if (!result.address.empty() && result.url.find(result.address) == std::string::npos)
    text += fmt::format("  at {}\n", engine::printable(result.address));
  return text + fmt::format("  {}, {}, {}{}\n\n", plural(plan.most_connections(), "connection"),
                            plural(result.threads.size(), "thread"), length_text(result.duration_s),
                            result.interrupted ? " (ended early)" : "");
}

}  // namespace

std::string load_summary(const LoadPlan& plan, const LoadResult& result, const LoadViewOptions& options) {
  const Paint paints = paint(options.colour);
  std::string text = heading(plan, result, paints);
  text +=
      summary_line(result.websocket ? "round trips/s" : "requests/s",
                   fmt::format("{}{}{}", paints.bold, rate_text(result.requests_per_second()), paints.plain));
  text += summary_line("transfer/s", bytes_text(result.bytes_per_second()));
  text += summary_line(result.websocket ? "messages" : "requests", requests_text(result));
  text += latency_lines(plan, result, options.all_percentiles);
  text += errors_lines(result, paints);
  text += unanswered_lines(result);
  text += summary_line("connections", connections_text(result));
  if (result.tls) text += tls_lines(*result.tls);
  text += generator_lines(result);
  text += stage_lines(plan, result);
  if (const auto chart = latency_chart(result.latency); !chart.empty()) text += "\n" + chart;
  text += rate_lines(result);
  if (!plan.is_open_loop() && result.completed > 0) {
    text += fmt::format("\n{}  closed loop: the server chose this pace; -R RATE offers one of yours{}\n",
                        paints.dim, paints.plain);
  }
  return text;
}

}  // namespace shootout::cli
