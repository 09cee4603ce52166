#include "report/table_layout.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace shootout::report {
namespace {

std::size_t sum(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0});
}

/// The natural widths under the largest common cap that makes them fit; no column goes below its floor.
std::optional<std::vector<std::size_t>> capped(const std::vector<ColumnNeed>& needs,
                                               const std::vector<std::size_t>& floors,
                                               std::size_t available) {
  std::size_t cap = 1;
  for (const auto& need : needs) cap = std::max(cap, need.natural);
  for (; cap > 0; --cap) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      widths.push_back(std::max(std::min(needs[i].natural, cap), floors[i]));
    }
    if (sum(widths) <= available) return widths;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::size_t> column_widths(const std::vector<ColumnNeed>& needs, std::size_t available) {
  std::vector<std::size_t> floors;
  for (const auto& need : needs) floors.push_back(need.words);
  if (auto widths = capped(needs, floors, available)) return *widths;

  std::vector<std::size_t> by_gain(needs.size());
  std::iota(by_gain.begin(), by_gain.end(), std::size_t{0});
  const auto gain = [&](std::size_t i) { return needs[i].words - needs[i].softly; };
  std::ranges::sort(by_gain, [&](auto a, auto b) { return gain(a) != gain(b) ? gain(a) > gain(b) : a < b; });
  for (const auto i : by_gain) {
    floors[i] = needs[i].softly;
    if (auto widths = capped(needs, floors, available)) return *widths;
  }

  const std::vector<std::size_t> ones(needs.size(), 1);
  return capped(needs, ones, available).value_or(ones);
}

}  // namespace shootout::report
