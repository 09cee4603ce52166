// Any text as a condition: what is accepted can be judged where every figure is there, and says why.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/condition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto condition = shootout::Condition::parse({reinterpret_cast<const char*>(data), size});
  if (!condition) {
    if (condition.error().what.empty()) std::abort();
    return 0;
  }
  const auto outcome = condition->evaluate([](std::string_view name) -> std::optional<double> {
    if (name.empty()) std::abort();
    return name == "started" ? 1000 : static_cast<double>(name.size());
  });
  if (!outcome || outcome->parts.empty()) std::abort();
  const auto nothing = condition->evaluate([](std::string_view) { return std::optional<double>(); });
  if (nothing || nothing.error().code != shootout::ExitCode::invalid) std::abort();
  return 0;
}
