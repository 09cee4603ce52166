#include "cli/load_stages.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>

#include "base/text.h"
#include "cli/load_units.h"

namespace shootout::cli {
namespace {

constexpr const char* kStageExamples =
    "write 10:60s,500:120s (connections), 10..500:60s (a ramp) or 100..1000/s:30s (requests a second)";

std::unexpected<Error> wrong_stage(std::size_t number, std::string_view text, const std::string& what) {
  return fail(ExitCode::usage, fmt::format("--stages: stage {}, '{}': {}", number, text, what),
              kStageExamples);
}

struct Levels {
  double from = 0, to = 0;
};

/// "10" or "10..500", without "/s".
std::optional<Levels> levels_of(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return {};
  const std::size_t dots = text.find("..");
  const auto from = rate_of(text.substr(0, dots));
  const auto to = dots == std::string_view::npos ? from : rate_of(text.substr(dots + 2));
  if (!from || !to) return {};
  return Levels{*from, *to};
}

bool is_whole(double number) {
  return number == std::floor(number);
}

}  // namespace

Result<StageList> stages_of(std::string_view text) {
  StageList list;
  const auto parts = split(text, ',');
  if (parts.empty() || text.ends_with(','))
    return fail(ExitCode::usage, fmt::format("--stages '{}': a stage is missing", text), kStageExamples);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view part = parts[i];
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) return wrong_stage(i + 1, part, "it has no time (LEVEL:TIME)");
    std::string_view level = part.substr(0, colon);
    const bool is_rate = level.ends_with("/s");
    if (is_rate) level.remove_suffix(2);
    const auto levels = levels_of(level);
    if (!levels) return wrong_stage(i + 1, part, fmt::format("'{}' is no level", level));
    const auto duration = duration_of(part.substr(colon + 1));
    if (!duration || *duration <= 0)
      return wrong_stage(i + 1, part, fmt::format("'{}' is no time", part.substr(colon + 1)));
    if (!is_rate && !(is_whole(levels->from) && is_whole(levels->to)))
      return wrong_stage(i + 1, part, "connections are whole numbers; a rate has /s behind it");
    if (i > 0 && is_rate != list.rates) {
      return wrong_stage(i + 1, part,
                         fmt::format("it is of {}, the one before of {}: a list has one kind",
                                     is_rate ? "a rate" : "connections", is_rate ? "connections" : "a rate"));
    }
    list.rates = is_rate;
    list.stages.push_back({.from = levels->from, .to = levels->to, .duration_s = *duration});
  }
  return list;
}

}  // namespace shootout::cli
