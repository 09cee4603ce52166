// Any text as the value of an option of `load`: what is accepted is in range, and a refusal says why.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/load_stages.h"
#include "cli/load_units.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace cli = shootout::cli;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto must = [](bool so) {
    if (!so) std::abort();
  };
  const auto is_figure = [](double value) { return value >= 0 && std::isfinite(value); };
  if (const auto duration = cli::duration_of(text)) must(is_figure(*duration));
  if (const auto rate = cli::rate_of(text)) must(is_figure(*rate));
  if (const auto share = cli::share_of(text)) must(*share > 0 && *share <= 1);
  if (const auto count = cli::count_of(text)) must(cli::rate_of(text).has_value() || text.ends_with('G'));
  static_cast<void>(cli::size_of(text));
  if (const auto statuses = cli::statuses_of(text)) {
    must(!statuses->empty());
    for (const int status : *statuses) must(status >= 200 && status <= 999);
  }
  if (text.size() < 100) {
    if (const auto cpus = cli::cpus_of(text)) must(!cpus->empty());
  }
  const auto stages = cli::stages_of(text);
  if (!stages) {
    must(!stages.error().what.empty() && !stages.error().remedy.empty());
    return 0;
  }
  must(!stages->stages.empty());
  for (const auto& stage : stages->stages)
    must(is_figure(stage.from) && is_figure(stage.to) && stage.duration_s > 0 &&
         std::isfinite(stage.duration_s));
  return 0;
}
