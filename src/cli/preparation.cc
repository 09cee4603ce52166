#include "cli/preparation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/interrupt.h"
#include "trial/profile.h"

namespace shootout::cli {

namespace {

Result<std::map<std::string, launch::Environment>> prepare_all(const std::vector<suite::Contender>& all,
                                                               bool force, bool quiet) {
  const bool shown = !quiet && (::isatty(STDERR_FILENO) == 1 || std::getenv("CI") != nullptr);
  const auto say = [shown](const std::string& contender, launch::PrepareStep step,
                           const std::string& detail) {
    if (!shown) return;
    switch (step) {
      case launch::PrepareStep::waiting:
        fmt::print(stderr, "prepare: {}: another shootout makes it, waiting\n", contender);
        break;
      case launch::PrepareStep::making:
        fmt::print(stderr, "prepare: {}: {}\n", contender,
                   detail.empty() ? "making its environment" : detail);
        break;
      case launch::PrepareStep::done:
        fmt::print(stderr, "prepare: {}: ready {}\n", contender, detail);
        break;
      case launch::PrepareStep::cached:
        break;
      case launch::PrepareStep::failed:
        fmt::print(stderr, "prepare: {}: failed\n", contender);
        break;
    }
  };
  auto environments = launch::prepare(all, force, say, interrupted);
  if (!environments && interrupted()) return fail(interruption(), "interrupted while environments were made");
  return environments;
}

}  // namespace

Result<std::map<std::string, launch::Environment>> prepare_with_progress(const trial::Selection& selection,
                                                                         bool force, bool quiet) {
  return prepare_all(selection.everything(), force, quiet);
}

Result<launch::Environment> prepare_profiler(bool quiet) {
  const auto tool = trial::profiler_tool();
  auto environments = prepare_all({tool}, false, quiet);
  if (!environments) return std::unexpected(environments.error());
  return environments->at(tool.name);
}

}  // namespace shootout::cli
