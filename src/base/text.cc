#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace shootout {
namespace {

// Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, row);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<std::string> closest_name(std::string_view typed, std::span<const std::string> names) {
  const size_t tolerance = std::max<size_t>(1, typed.size() / 3);
  std::optional<std::string> best;
  size_t best_distance = tolerance + 1;
  for (const auto& name : names) {
    if (const size_t d = distance(typed, name); d < best_distance) {
      best_distance = d;
      best = name;
    }
  }
  return best;
}

std::string unknown_name(std::string_view kind, std::string_view typed, std::span<const std::string> names) {
  if (auto near = closest_name(typed, names)) {
    return fmt::format("there is no {} '{}'; did you mean '{}'?", kind, typed, *near);
  }
  return fmt::format("there is no {} '{}'; there are: {}", kind, typed, fmt::join(names, ", "));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    if ((c >= ' ' && c < '\x7f') || c == '\n' || c == '\r' || c == '\t')
      shown += c;
    else
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(c));
  }
  return shown;
}

std::string without_password(std::string url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const size_t begin = scheme + 3, end = std::min(url.find_first_of("/?#", begin), url.size());
  const size_t at = url.rfind('@', end), colon = url.find(':', begin);
  if (at != std::string::npos && at >= begin && at < end && colon < at)
    url.replace(colon + 1, at - colon - 1, "***");
  constexpr std::string_view kKey = "password=";
  for (size_t key = url.find(kKey); key != std::string::npos; key = url.find(kKey, key + 1)) {
    const size_t value = key + kKey.size();
    url.replace(value, std::min(url.find('&', value), url.size()) - value, "***");
  }
  return url;
}

}  // namespace shootout
