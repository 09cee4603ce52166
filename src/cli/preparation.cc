#include "cli/preparation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/interrupt.h"
#include "trial/profile.h"

namespace shootout::cli {

namespace {

launch::PrepareProgress teller(bool quiet) {
  const bool shown = !quiet && (::isatty(STDERR_FILENO) == 1 || std::getenv("CI") != nullptr);
  return [shown](const std::string& contender, launch::PrepareStep step, const std::string& detail) {
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
}

Result<std::map<std::string, launch::Environment>> prepare_all(const std::vector<suite::Contender>& all,
                                                               bool force, bool quiet) {
  auto environments = launch::prepare(all, force, teller(quiet), interrupted);
  if (!environments && interrupted()) return fail(interruption(), "interrupted while environments were made");
  return environments;
}

}  // namespace

Result<Prepared> prepare_with_progress(const trial::Selection& selection, const launch::ImageOptions& images,
                                       bool quiet, bool force) {
  std::vector<suite::Contender> processes, contained;
  for (const auto& contender : selection.everything())
    (selection.contained.contains(contender.name) ? contained : processes).push_back(contender);
  Prepared prepared;
  if (!contained.empty()) {
    auto engine = launch::DockerEngine::find();
    if (!engine) return std::unexpected(engine.error());
    auto options = images;
    options.force = force;
    auto made = launch::make_images(*engine, contained, options, teller(quiet), interrupted);
    if (!made && interrupted()) return fail(interruption(), "interrupted while images were made");
    if (!made) return std::unexpected(made.error());
    prepared.containers = {.socket = engine->socket(), .images = std::move(*made)};
  }
  auto environments = prepare_all(processes, force, quiet);
  if (!environments) return std::unexpected(environments.error());
  prepared.environments = std::move(*environments);
  return prepared;
}

Result<launch::Environment> prepare_profiler(bool quiet) {
  const auto tool = trial::profiler_tool();
  auto environments = prepare_all({tool}, false, quiet);
  if (!environments) return std::unexpected(environments.error());
  return environments->at(tool.name);
}

}  // namespace shootout::cli
