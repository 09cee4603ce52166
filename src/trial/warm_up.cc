#include "trial/warm_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "stats/steady_state.h"
#include "trial/portrait.h"

namespace shootout::trial {
namespace {

constexpr unsigned kVerified = 25;  // requests, each with operands of its own
constexpr double kCeilingWindow = 0.25;
constexpr int kMostWarmUps = 5;
constexpr double kTypicalHead =
    150;  // bytes of an answer's head, so that the ceiling's answers are about as long

Result<engine::LoadResult> offer(const Bench& bench, const suite::Cell& cell, const suite::Launchable& to) {
  return bench.generator->run(load_plan(cell, to, *bench.pinning, bench.seed), {}, bench.stop_asked);
}

// The same load on a server that does next to nothing.
Result<double> measure_ceiling(const Bench& bench, suite::Cell cell, double bytes_per_answer) {
  const double body = std::max(2.0, bytes_per_answer - kTypicalHead);
  cell.target = fmt::format("/?bytes={:.0f}", body);
  cell.checks.clear();
  cell.window->seconds = kCeilingWindow;
  auto result = offer(bench, cell, *bench.stage->ceiling);
  if (!result) return std::unexpected(result.error());
  return result->requests_per_second();
}

std::uintmax_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

}  // namespace

Result<void> verify_cell(const Bench& bench, const CellName& name, const suite::Launchable& contender) {
  auto cell = cell_for(bench, name, contender);
  if (!cell) return std::unexpected(cell.error());
  suite::Cell few = *cell;
  few.window.reset();
  few.rate.reset();
  few.connections = 1;
  few.requests_per_connection = kVerified;
  few.checked_share = 1;
  auto result = offer(bench, few, contender);
  if (!result) return std::unexpected(result.error());
  if (result->succeeded == kVerified || result->interrupted) return {};
  std::string what = fmt::format("{} of {} requests were answered well", result->succeeded, result->started);
  std::string came;
  if (!result->offences.empty()) {
    what = result->offences.front().what;
    came = fmt::format("\n  came     {}", result->offences.front().answer.substr(0, 400));
  }
  return fail(ExitCode::verification,
              fmt::format("{} answers wrongly\n  {} {} ({} {})\n  {}{}", contender.name, cell->method,
                          cell->target, name.load, name.scenario, what, came),
              "its figures would say nothing; see its log");
}

Result<WarmedUp> warm_up(const Bench& bench, const CellName& name, const suite::Launchable& contender) {
  auto cell = cell_for(bench, name, contender);
  if (!cell) return std::unexpected(cell.error());
  const auto& server = bench.stage->servers.at(contender.name);
  WarmedUp warm;
  const auto log_before = size_of(server.log_file);
  double answers = 0;
  std::vector<double> rates;
  suite::Cell whole = *cell;
  whole.window->settle_s = 0;
  whole.window->seconds = cell->window->warm_up_s;
  std::optional<engine::LoadResult> last;
  for (int i = 0; i < kMostWarmUps && whole.window->seconds > 0; ++i) {
    auto result = offer(bench, whole, contender);
    if (!result) return std::unexpected(result.error());
    warm.seconds += whole.window->seconds;
    answers += static_cast<double>(result->completed);
    if (result->latency.count() > 0) warm.mean_latency_us = result->latency.mean();
    for (const auto& thread : result->threads)
      rates.insert(rates.end(), thread.intervals.begin(), thread.intervals.end());
    last = std::move(*result);
    warm.at_rest = stats::mser(rates).has_value();
    if (warm.at_rest || last->interrupted) break;
  }
  const double bytes = last && last->completed > 0
                           ? static_cast<double>(last->bytes_received) / static_cast<double>(last->completed)
                           : 0;
  if (bench.stage->ceiling && !cell->rate) {
    auto ceiling = measure_ceiling(bench, *cell, bytes);
    if (!ceiling) return std::unexpected(ceiling.error());
    warm.ceiling_per_second = *ceiling;
  }
  warm.portrait = portrait_of(server, contender, cell->method == "GET" ? cell->target : contender.health);
  if (answers > 0)
    warm.portrait["log_bytes_per_request"] =
        static_cast<double>(size_of(server.log_file) - log_before) / answers;
  return warm;
}

}  // namespace shootout::trial
