#include "report/wrk_block.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>
#include <span>
#include <string_view>

namespace shootout::report {
namespace {

struct Units {
  double step;
  std::string_view base;
  std::span<const std::string_view> larger;
};

constexpr std::array<std::string_view, 1> kMilliseconds{"ms"};
constexpr std::array<std::string_view, 2> kMinutes{"m", "h"};
constexpr std::array<std::string_view, 4> kThousands{"k", "M", "G", "T"};
constexpr std::array<std::string_view, 4> kBinary{"K", "M", "G", "T"};

/// wrk goes to the larger unit from 0.85 of it on: 60 s are "1.00m", 900 requests "0.90k".
std::string in_units(double value, const Units& units) {
  constexpr double kFrom = 0.85;
  std::string_view unit = units.base;
  for (const auto larger : units.larger) {
    if (value < units.step * kFrom) break;
    value /= units.step;
    unit = larger;
  }
  return fmt::format("{:.2f}{}", value, unit);
}

std::string time_of(double us) {
  constexpr double kSecond = 1e6;
  return us >= kSecond ? in_units(us / kSecond, {60, "s", kMinutes})
                       : in_units(us, {1000, "us", kMilliseconds});
}

std::string rate_of(double per_second) {
  return in_units(per_second, {1000, "", kThousands});
}

std::string bytes_of(double bytes) {
  return in_units(bytes, {1024, "", kBinary}) + "B";
}

/// Right-aligned so that the digits stand below each other, whatever the unit's length.
std::string in_column(const std::string& text, std::size_t width) {
  std::size_t room = 2;
  for (std::size_t i = 0; i < 2 && i < text.size(); ++i)
    if (std::isalpha(static_cast<unsigned char>(text[text.size() - 1 - i])) != 0) --room;
  return fmt::format("{:>{}}{:{}}", text, width - room, "", room);
}

std::string statistics(std::string_view name, const WrkFigures::Line& line, std::string (*format)(double)) {
  return fmt::format("    {:<10}{}{}{}{:8.2f}%", name, in_column(format(line.mean), 8),
                     in_column(format(line.stdev), 10), in_column(format(line.max), 9),
                     100 * line.within_1_stdev);
}

/// A count, or the mean of several: what occurred never shows as 0.
std::string count_of(double count) {
  return count > 0 && count < 1 ? fmt::format("{:.2g}", count) : fmt::format("{:.0f}", count);
}

std::string duration_of(double seconds) {
  constexpr double kMinute = 60;
  const double minutes = seconds / kMinute;
  if (minutes >= 1 && minutes == std::round(minutes)) return fmt::format("{:.0f}m", minutes);
  return fmt::format("{:.3g}s", seconds);
}

}  // namespace

Verbatim as_wrk_prints(const WrkFigures& figures) {
  Verbatim block;
  auto& lines = block.lines;
  lines.push_back(fmt::format("Running {} test @ {}", duration_of(figures.duration_s), figures.target));
  lines.push_back(fmt::format("  {} threads and {} connections", figures.threads, figures.connections));
  lines.push_back(fmt::format("  Thread Stats{:>6}{:>11}{:>8}{:>12}", "Avg", "Stdev", "Max", "+/- Stdev"));
  lines.push_back(statistics("Latency", figures.latency, time_of));
  lines.push_back(statistics("Req/Sec", figures.rate, rate_of));
  lines.push_back(fmt::format("  {} requests in {}, {} read", count_of(figures.requests),
                              time_of(figures.duration_s * 1e6), bytes_of(figures.bytes)));
  if (figures.connect + figures.read + figures.write + figures.timeout > 0)
    lines.push_back(fmt::format("  Socket errors: connect {}, read {}, write {}, timeout {}",
                                count_of(figures.connect), count_of(figures.read), count_of(figures.write),
                                count_of(figures.timeout)));
  if (figures.duration_s <= 0) return block;
  lines.push_back(fmt::format("Requests/sec: {:9.2f}", figures.requests / figures.duration_s));
  lines.push_back(fmt::format("Transfer/sec: {:>11}", bytes_of(figures.bytes / figures.duration_s)));
  return block;
}

}  // namespace shootout::report
