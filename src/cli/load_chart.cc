#include "cli/load_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

#include "cli/load_text.h"

namespace shootout::cli {
namespace {

constexpr std::array<const char*, 9> kEighthsAcross = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr std::array<const char*, 8> kEighthsUp = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

/// Bounds within a decade, the finest first.
constexpr std::array<double, 10> kTenBounds = {1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8};
constexpr std::array<double, 3> kThreeBounds = {1, 2, 5};
constexpr std::array<double, 1> kOneBound = {1};

/// The bounds from the last one at or below `low` to the first one above `high`.
std::vector<double> bounds_around(double low, double high, std::span<const double> in_decade) {
  std::vector<double> bounds;
  for (double decade = std::pow(10, std::floor(std::log10(low))); bounds.empty() || bounds.back() <= high;
       decade *= 10) {
    for (const double step : in_decade) {
      const double bound = step * decade;
      if (bound <= low) bounds.clear();
      if (bounds.empty() || bounds.back() <= high) bounds.push_back(bound);
    }
  }
  return bounds;
}

}  // namespace

std::string bar(double share, std::size_t columns) {
  const auto whole = static_cast<double>(8 * columns);
  auto eighths = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * whole));
  if (share > 0) eighths = std::max<std::size_t>(eighths, 1);
  std::string text;
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t here = std::min<std::size_t>(eighths, 8);
    text += kEighthsAcross[here];
    eighths -= here;
  }
  return text;
}

std::string sparkline(std::span<const double> values, std::size_t columns) {
  if (values.empty() || columns == 0) return {};
  std::vector<double> shown(std::min(columns, values.size()));
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::size_t begin = i * values.size() / shown.size(), end = (i + 1) * values.size() / shown.size();
    for (std::size_t j = begin; j < end; ++j) shown[i] += values[j] / static_cast<double>(end - begin);
  }
  const double highest = std::ranges::max(shown);
  std::string text;
  for (const double value : shown) {
    const double height = highest > 0 ? std::max(value, 0.0) / highest : 0;
    text += kEighthsUp[static_cast<std::size_t>(std::lround(height * 7))];
  }
  return text;
}

std::vector<LatencyBand> latency_bands(const engine::Histogram& latency, std::size_t most) {
  if (latency.count() == 0) return {};
  constexpr double kShortest = 1;  // below a microsecond all is one band
  const double low = std::max(latency.min(), kShortest), high = std::max(latency.max(), kShortest);
  std::vector<double> bounds;
  for (const std::span<const double> in_decade :
       std::initializer_list<std::span<const double>>{kTenBounds, kThreeBounds, kOneBound}) {
    bounds = bounds_around(low, high, in_decade);
    if (bounds.size() <= most + 1) break;
  }
  std::vector<LatencyBand> bands;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) bands.push_back({bounds[i], bounds[i + 1], 0});
  std::size_t band = 0;
  for (const auto& value : latency.recorded()) {
    const double middle = (value.lowest_us + value.highest_us) / 2;
    while (band + 1 < bands.size() && middle >= bands[band].to_us) ++band;
    bands[band].count += value.count;
  }
  return bands;
}

std::string latency_chart(const engine::Histogram& latency) {
  constexpr std::size_t kBarColumns = 32;
  const auto bands = latency_bands(latency);
  std::uint64_t fullest = 1;
  for (const auto& band : bands) fullest = std::max(fullest, band.count);
  std::string text;
  for (const auto& band : bands) {
    const std::string range =
        fmt::format("{:>7} to {:>7}", latency_text(band.from_us), latency_text(band.to_us));
    if (band.count == 0) {
      text += fmt::format("  {}\n", range);
      continue;
    }
    const auto count = static_cast<double>(band.count);
    text += fmt::format("  {}  {} {:>8}  {}\n", range, bar(count / static_cast<double>(fullest), kBarColumns),
                        share_text(count / static_cast<double>(latency.count())), with_commas(band.count));
  }
  return text;
}

std::vector<double> rates_of(std::span<const engine::SeriesPoint> series) {
  constexpr double kShortestPoint = 0.099;  // a rate over less than a tenth says nothing
  std::vector<double> rates;
  double begin_s = 0;
  for (const auto& point : series) {
    const double length = point.t_s - begin_s;
    if (length >= kShortestPoint || series.size() == 1)
      rates.push_back(length > 0 ? static_cast<double>(point.completed) / length : 0);
    begin_s = point.t_s;
  }
  return rates;
}

}  // namespace shootout::cli
