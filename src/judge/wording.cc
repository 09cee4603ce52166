#include "judge/wording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace shootout::judge {
namespace {

const suite::Threshold* reached(double value, const std::vector<suite::Threshold>& thresholds) {
  const auto found = std::ranges::find_if(thresholds, [&](const auto& one) { return value >= one.at_least; });
  return found == thresholds.end() ? nullptr : &*found;
}

}  // namespace

std::string digits(double value) {
  if (value == 0) return "0";
  constexpr int kMostDecimals = 4;
  const int decimals = 2 - static_cast<int>(std::floor(std::log10(std::abs(value))));
  return fmt::format("{:.{}f}", value, std::clamp(decimals, 0, kMostDecimals));
}

std::string seconds(double value) {
  return fmt::format("{:.4g} s", value);
}

std::string figure(const stats::Estimate& estimate, std::string_view unit, double divisor,
                   double confidence) {
  constexpr double kUsual = 0.95, kRounding = 1e-9;
  const std::string value = digits(estimate.value / divisor) + std::string(unit);
  if (!estimate.low || !estimate.high) return fmt::format("{}, n = {}: no interval", value, estimate.n);
  const std::string at =
      std::abs(confidence - kUsual) < kRounding ? "" : fmt::format(" at {:.4g} %", 100 * confidence);
  return fmt::format("{} [{}, {}]{}, n = {}", value, digits(*estimate.low / divisor),
                     digits(*estimate.high / divisor), at, estimate.n);
}

std::string words_for(const stats::Estimate& estimate, const std::vector<suite::Threshold>& thresholds) {
  if (!estimate.low || !estimate.high) {
    const auto* word = reached(estimate.value, thresholds);
    return word ? word->says + " (one repetition: no interval)" : std::string();
  }
  const auto* low = reached(*estimate.low, thresholds);
  const auto* high = reached(*estimate.high, thresholds);
  if (low == nullptr || high == nullptr) return {};
  if (low == high) return low->says;
  std::vector<std::string> crossed;
  for (const auto* threshold = low; threshold != high; --threshold)
    crossed.push_back(fmt::format("{:g}x", (threshold - 1)->at_least));
  return fmt::format("between '{}' and '{}': the interval crosses {}", low->says, high->says,
                     fmt::join(crossed, ", "));
}

std::vector<suite::Threshold> as_rows(const std::vector<suite::Threshold>& thresholds) {
  std::vector<suite::Threshold> rows = thresholds;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string range = i == 0                 ? fmt::format("> {:g}x", thresholds[i].at_least)
                        : i + 1 == rows.size() ? fmt::format("< {:g}x", thresholds[i - 1].at_least)
                                               : fmt::format("{:g} to {:g}x", thresholds[i].at_least,
                                                             thresholds[i - 1].at_least);
    rows[i].says = fmt::format("{}: {}", range, thresholds[i].says);
  }
  return rows;
}

}  // namespace shootout::judge
