#include "trial/warm_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "base/text.h"
#include "stats/steady_state.h"
#include "trial/load_plan.h"
#include "trial/portrait.h"
#include "trial/rows.h"

namespace shootout::trial {
namespace {

constexpr unsigned kVerified = 25;      // requests, each with operands of its own
constexpr unsigned kVerifiedLarge = 5;  // ... of those that upload much
constexpr std::uint64_t kLargeBody = std::uint64_t{256} << 10;
constexpr unsigned kEchoes = 10, kEchoesInFlight = 4;  // more than one, so that their order shows
constexpr double kCeilingWindow = 0.25;
constexpr double kSpikeWarmUp = 0.5;
constexpr int kMostWarmUps = 5;
constexpr double kAlike = 0.5;  // answers whose lengths differ by less have one ceiling
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

// So many requests of the cell, one after the other.
suite::Cell counted(suite::Cell cell, unsigned requests) {
  cell.window.reset();
  cell.rate.reset();
  cell.phases.clear();
  cell.connections = 1;
  cell.requests_per_connection = requests;
  cell.checked_share = 1;
  return cell;
}

std::string in_words(const suite::Cell& cell) {
  if (cell.body.kind == suite::BodySpec::Kind::multipart)
    return fmt::format("{} {} (multipart/form-data)", cell.method, cell.target);
  if (!cell.message) return fmt::format("{} {}", cell.method, cell.target);
  const auto& message = *cell.message;
  const std::string what = message.size > 0 ? fmt::format("messages of {} bytes", message.size)
                                            : fmt::format("messages '{}'", message.text.substr(0, 60));
  return fmt::format("WebSocket {}, {}{}", cell.target, message.binary ? "binary " : "", what);
}

std::unexpected<Error> answers_wrongly(const suite::Launchable& contender, const suite::Cell& cell,
                                       const CellName& name, const std::string& what) {
  return fail(ExitCode::verification,
              fmt::format("{} answers wrongly\n  {} ({} {})\n  {}", contender.name, in_words(cell), name.load,
                          name.scenario, what),
              "its figures would say nothing; see its log");
}

// Offers the counted cell, all answers of which must be good. True where it was interrupted.
Result<bool> verify_answers(const Bench& bench, const CellName& name, const suite::Cell& cell,
                            const suite::Launchable& contender) {
  auto result = offer(bench, cell, contender);
  if (!result) return std::unexpected(result.error());
  if (result->interrupted) return true;
  if (result->succeeded == cell.requests_per_connection) return false;
  std::string what = fmt::format("{} of {} requests were answered well", result->succeeded, result->started);
  if (!result->offences.empty()) {
    what = fmt::format("{}\n  came     {}", result->offences.front().what,
                       printable(result->offences.front().answer.substr(0, 400)));
  }
  return answers_wrongly(contender, cell, name, what);
}

// Exactly the rows that the answers claim.
Result<void> verify_rows(const RowCounts& before, const RowCounts& after, const suite::Cell& cell,
                         const CellName& name, const suite::Launchable& contender) {
  const auto& claim = *cell.rows;
  const auto hold = [&](const std::optional<std::int64_t>& from, const std::optional<std::int64_t>& to,
                        unsigned each, const char* what) -> Result<void> {
    if (!from || !to) return {};
    const auto claimed = static_cast<std::int64_t>(each) * cell.requests_per_connection;
    if (*to - *from == claimed) return {};
    return answers_wrongly(
        contender, cell, name,
        fmt::format("expected {} rows {} in the table {}, as the answers claim\n  came     the "
                    "database counted {}",
                    claimed, what, claim.table, *to - *from));
  };
  if (auto read = hold(before.read, after.read, claim.read, "read"); !read) return read;
  return hold(before.written, after.written, claim.written, "written and committed");
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
  const suite::Cell few = counted(*cell, cell->body.size > kLargeBody ? kVerifiedLarge : kVerified);
  RowCounts before;
  if (few.rows && bench.database != nullptr) {
    auto counts = count_rows(*bench.database, *few.rows);
    if (!counts) return std::unexpected(counts.error());
    before = *counts;
  }
  auto interrupted = verify_answers(bench, name, few, contender);
  if (!interrupted) return std::unexpected(interrupted.error());
  if (*interrupted) return {};
  if (few.rows && bench.database != nullptr) {
    auto counts = count_rows(*bench.database, *few.rows);
    if (!counts) return std::unexpected(counts.error());
    if (auto right = verify_rows(before, *counts, few, name, contender); !right) return right;
  }
  const auto scenario = suite::find_scenario(bench.selection->suite, name.scenario);
  if (!scenario) return std::unexpected(scenario.error());
  for (const auto& body : (*scenario)->also_takes) {
    suite::Cell other = counted(*cell, kVerifiedLarge);
    other.body = body;
    if (auto good = verify_answers(bench, name, other, contender); !good)
      return std::unexpected(good.error());
  }
  const auto note = contender.scenarios.find(name.scenario);
  const bool text_only = note != contender.scenarios.end() && note->second.text_only;
  for (const auto& message : (*scenario)->also_echoes) {
    if (message.binary && text_only) continue;
    suite::Cell echo = counted(*cell, kEchoes);
    echo.message = message;
    echo.message->in_flight = kEchoesInFlight;
    echo.checks.clear();
    if (auto good = verify_answers(bench, name, echo, contender); !good) return std::unexpected(good.error());
  }
  return {};
}

Result<WarmedUp> warm_up(Bench& bench, const CellName& name, const suite::Launchable& contender) {
  auto cell = cell_for(bench, name, contender);
  if (!cell) return std::unexpected(cell.error());
  const auto& server = bench.stage->servers.at(contender.name);
  WarmedUp warm;
  const auto log_before = size_of(server.log_file);
  double answers = 0;
  std::vector<double> rates;
  suite::Cell whole = *cell;
  if (!whole.window) {  // a spike warms up at its first level
    whole.window = suite::Window{.warm_up_s = kSpikeWarmUp};
    whole.connections = whole.phases.front().connections;
    whole.phases.clear();
  }
  whole.window->settle_s = 0;
  whole.window->seconds = whole.window->warm_up_s;
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
  const auto came = last ? last->completed_in_window + last->completed_draining : 0;
  const double bytes = came > 0 ? static_cast<double>(last->bytes_received) / static_cast<double>(came) : 0;
  if (bench.stage->ceiling && cell->window && !cell->rate) {
    const auto known = bench.ceilings.find(name);
    if (known == bench.ceilings.end() || std::abs(known->second.first - bytes) > kAlike * bytes) {
      auto ceiling = measure_ceiling(bench, *cell, bytes);
      if (!ceiling) return std::unexpected(ceiling.error());
      bench.ceilings[name] = {bytes, *ceiling};
    }
    warm.ceiling_per_second = bench.ceilings[name].second;
  }
  warm.portrait = portrait_of(server, contender,
                              cell->method == "GET" && !cell->message ? cell->target : contender.health);
  if (answers > 0)
    warm.portrait["log_bytes_per_request"] =
        static_cast<double>(size_of(server.log_file) - log_before) / answers;
  return warm;
}

}  // namespace shootout::trial
