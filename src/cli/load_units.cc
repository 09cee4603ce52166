#include "cli/load_units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "base/text.h"

namespace shootout::cli {
namespace {

/// A number and what stands behind it.
template <class T>
struct Measure {
  T number{};
  std::string_view unit;
};

std::optional<Measure<double>> real_of(std::string_view text) {
  Measure<double> read;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, read.number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(read.number) || std::signbit(read.number)) return {};
  read.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
  return read;
}

std::optional<Measure<std::uint64_t>> whole_of(std::string_view text) {
  Measure<std::uint64_t> read;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, read.number);
  if (error != std::errc()) return {};
  read.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
  return read;
}

template <class T>
using Units = std::span<const std::pair<std::string_view, T>>;

template <class T>
std::optional<T> factor_of(std::string_view unit, Units<T> units) {
  for (const auto& [name, factor] : units) {
    if (unit == name) return factor;
  }
  return {};
}

std::optional<double> real_in(std::string_view text, Units<double> units) {
  const auto read = real_of(text);
  const auto factor = read ? factor_of(read->unit, units) : std::nullopt;
  if (!factor || !std::isfinite(read->number * *factor)) return {};
  return read->number * *factor;
}

std::optional<std::uint64_t> whole_in(std::string_view text, Units<std::uint64_t> units) {
  const auto read = whole_of(text);
  if (!read) return {};
  const auto factor = factor_of(read->unit, units);
  if (!factor || read->number > std::numeric_limits<std::uint64_t>::max() / *factor) return {};
  return read->number * *factor;
}

std::optional<int> small_number_of(std::string_view text, int most) {
  const auto read = whole_of(text);
  if (!read || !read->unit.empty() || read->number > static_cast<std::uint64_t>(most)) return {};
  return static_cast<int>(read->number);
}

bool add_statuses(std::string_view text, std::vector<int>& to) {
  if (text.size() != 3 || text[0] < '2' || text[0] > '9') return false;
  if (text.substr(1) == "xx" || text.substr(1) == "XX") {
    const int first = 100 * (text[0] - '0');
    for (int code = first; code < first + 100; ++code) to.push_back(code);
    return true;
  }
  const auto code = small_number_of(text, 999);
  if (code) to.push_back(*code);
  return code.has_value();
}

bool add_cpus(std::string_view text, std::vector<int>& to) {
  constexpr int kMostCpus = 4096;
  const std::size_t dash = text.find('-');
  const auto first = small_number_of(text.substr(0, dash), kMostCpus);
  const auto last =
      dash == std::string_view::npos ? first : small_number_of(text.substr(dash + 1), kMostCpus);
  if (!first || !last || *first > *last) return false;
  for (int cpu = *first; cpu <= *last; ++cpu) to.push_back(cpu);
  return true;
}

/// The parts between commas, each read by `add`.
std::optional<std::vector<int>> numbers_of(std::string_view text,
                                           bool (*add)(std::string_view, std::vector<int>&)) {
  std::vector<int> numbers;
  if (text.empty() || text.ends_with(',')) return {};
  for (const auto& part : split(text, ',')) {
    if (!add(part, numbers)) return {};
  }
  return numbers;
}

}  // namespace

std::optional<double> duration_of(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 5> kUnits = {
      {{"", 1}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};
  return real_in(text, kUnits);
}

std::optional<std::uint64_t> count_of(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> kUnits = {
      {{"", 1}, {"k", 1'000}, {"K", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}}};
  return whole_in(text, kUnits);
}

std::optional<double> rate_of(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 4> kUnits = {
      {{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}}};
  if (text.ends_with("/s")) text.remove_suffix(2);
  return real_in(text, kUnits);
}

std::optional<std::uint64_t> size_of(std::string_view text) {
  static constexpr std::uint64_t kKibi = 1024;
  static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> kUnits = {
      {{"", 1},
       {"B", 1},
       {"kB", 1'000},
       {"KB", 1'000},
       {"MB", 1'000'000},
       {"GB", 1'000'000'000},
       {"KiB", kKibi},
       {"MiB", kKibi * kKibi},
       {"GiB", kKibi * kKibi * kKibi}}};
  return whole_in(text, kUnits);
}

std::optional<double> share_of(std::string_view text) {
  const auto read = real_of(text);
  if (!read || (!read->unit.empty() && read->unit != "%")) return {};
  const double share = read->unit.empty() ? read->number : read->number / 100;
  return share > 0 && share <= 1 ? std::optional(share) : std::nullopt;
}

std::optional<std::vector<int>> statuses_of(std::string_view text) {
  return numbers_of(text, add_statuses);
}

std::optional<std::vector<int>> cpus_of(std::string_view text) {
  return numbers_of(text, add_cpus);
}

}  // namespace shootout::cli
