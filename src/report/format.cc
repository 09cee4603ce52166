#include "report/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "report/document.h"

namespace shootout::report {
namespace {

int order_of(double value) {
  return static_cast<int>(std::floor(std::log10(value)));
}

/// How many decimals the shown value and its bounds have.
int decimals_for(double value, double half_width) {
  constexpr int kMostDigits = 3;
  const double size = std::abs(value);
  const int most = size > 0 ? kMostDigits - 1 - order_of(size) : 0;
  if (half_width <= 0) return std::clamp(most, 0, 9);
  const int order = order_of(half_width);
  const bool begins_with_one = half_width / std::pow(10.0, order) < 2;
  const int carried = begins_with_one ? 1 - order : -order;
  return std::clamp(size > 0 ? std::min(carried, most) : carried, 0, 9);
}

/// How recorded figures become shown ones: divided by `divisor`, followed by `suffix`.
struct Scale {
  double divisor = 1;
  const char* suffix = "";
};

Scale scale_of_time(double value_s, double recorded_per_second) {
  if (value_s >= 1 || value_s <= 0) return {recorded_per_second, " s"};
  if (value_s >= 1e-3) return {recorded_per_second * 1e-3, " ms"};
  return {recorded_per_second * 1e-6, " us"};
}

Scale scale_of_bytes(double signed_value) {
  const double value = std::abs(signed_value);
  if (value >= 1024.0 * 1024 * 1024) return {1024.0 * 1024 * 1024, " GiB"};
  if (value >= 1024.0 * 1024) return {1024.0 * 1024, " MiB"};
  if (value >= 1024) return {1024, " KiB"};
  return {1, " B"};
}

Scale scale_of(Quantity quantity, double value) {
  switch (quantity) {
    case Quantity::seconds:
      return scale_of_time(value, 1);
    case Quantity::microseconds:
      return scale_of_time(value * 1e-6, 1e6);
    case Quantity::share:
      return {0.01, " %"};
    case Quantity::percent:
      return {1, " %"};
    case Quantity::bytes:
    case Quantity::more_bytes:
      return scale_of_bytes(value);
    case Quantity::bytes_per_second:
      return {1e6, " MB/s"};
    case Quantity::cpu_microseconds:
      return {1, " us"};
    case Quantity::ratio:
      return {1, "x"};
    case Quantity::per_second:
    case Quantity::count:
      break;
  }
  return {1, ""};
}

std::string unbroken(std::string text) {
  std::string result;
  for (const char c : text) c == ' ' ? result.append(kNoBreak) : result.append(1, c);
  return result;
}

}  // namespace

std::string figure(const stats::Estimate& estimate, Quantity quantity) {
  const Scale scale = scale_of(quantity, estimate.value);
  const double value = estimate.value / scale.divisor;
  const bool interval = estimate.low && estimate.high;
  const double low = interval ? *estimate.low / scale.divisor : value;
  const double high = interval ? *estimate.high / scale.divisor : value;
  const bool countable = quantity == Quantity::count || quantity == Quantity::bytes;
  const bool whole = countable && value == std::round(value) && low == high;
  int decimals = whole ? 0 : decimals_for(value, (high - low) / 2);
  // A ratio cannot be 0: where its interval is wide, two digits of it and one of its lower bound still show.
  if (quantity == Quantity::ratio && value > 0 && low > 0)
    decimals = std::clamp(std::max(1 - order_of(value), -order_of(low)), decimals, std::max(decimals, 2));
  const double most = quantity == Quantity::share ? 100 : std::numeric_limits<double>::infinity();

  if (quantity == Quantity::more_bytes) {
    const std::string change = unbroken(fmt::format("{:+.{}f}{}", value, decimals, scale.suffix));
    return interval
               ? change + ' ' + unbroken(fmt::format("[{:.{}f}, {:.{}f}]", low, decimals, high, decimals))
               : change;
  }
  const std::string middle = fmt::format("{:.{}f}", value, decimals);
  // All that is measured here is positive: a bound below zero is the t interval's way of saying "down to
  // nothing".
  const std::string bounds =
      fmt::format("[{:.{}f}, {:.{}f}]", std::max(low, 0.0), decimals, std::min(high, most), decimals);
  const bool often_alike =
      quantity == Quantity::share || quantity == Quantity::count || quantity == Quantity::bytes;
  const bool without_width = often_alike && bounds == fmt::format("[{}, {}]", middle, middle);
  std::string text = unbroken(middle + scale.suffix);
  if (interval && !without_width) text += ' ' + unbroken(bounds);
  return text;
}

std::string ratio_with_count(const stats::Estimate& ratio) {
  const char* lack = ratio.low && ratio.high ? "" : " (no interval)";
  return fmt::format("{}, {}{}", figure(ratio, Quantity::ratio), unbroken(fmt::format("n = {}", ratio.n)),
                     lack);
}

std::string duration_text(double seconds) {
  constexpr double kMinute = 60, kHour = 3600;
  if (seconds < 2 * kMinute) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 2 * kHour) return fmt::format("{:.0f} minutes", std::ceil(seconds / kMinute));
  return fmt::format("{:.1f} hours", seconds / kHour);
}

std::string counted(long count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string capitalised(std::string_view words) {
  std::string result(words);
  if (!result.empty()) result[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(result[0])));
  return result;
}

}  // namespace shootout::report
