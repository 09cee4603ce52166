#include "engine/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <fstream>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/live_view.h"
#include "cli/load_metrics.h"
#include "cli/load_options.h"
#include "cli/load_view.h"
#include "generator/engine_error.h"
#include "generator/hdr_text.h"
#include "generator/load_document.h"

namespace shootout::cli {
namespace {

engine::Result<engine::LoadResult> run_with_live_view(const LoadRequest& request) {
  LiveView live(request.plan, !request.quiet);
  engine::RunControl control;
  control.stop_asked = interrupted;
  control.on_progress = [&](const engine::LoadProgress& progress) { live.show(progress); };
  return engine::run_load(request.plan, control);
}

std::unexpected<Error> cannot_write(const std::string& file) {
  return fail(ExitCode::environment, fmt::format("--hdr {}: cannot write: {}", file, errno_text(errno)));
}

/// Before the load: whether the file can be written at all.
Result<std::ofstream> opened_for_latencies(const std::string& file) {
  std::ofstream stream;
  if (file.empty()) return stream;
  stream.open(file, std::ios::trunc);
  if (!stream) return cannot_write(file);
  return stream;
}

std::string summary_of_load(const LoadRequest& request, const engine::LoadResult& result) {
  if (!request.json) {
    return load_summary(
        request.plan, result,
        {.all_percentiles = request.all_percentiles, .colour = colour_allowed(STDOUT_FILENO)});
  }
  constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
  return generator::load_document(result).dump(2, ' ', false, kReplace) + "\n";
}

/// Where the condition holds, a threshold failed.
Result<void> held_against(const std::optional<Condition>& fail_if, const engine::LoadResult& result) {
  if (!fail_if) return {};
  const auto outcome = fail_if->evaluate([&](std::string_view name) { return load_metric(result, name); });
  if (!outcome)
    return fail(outcome.error().code, "--fail-if: " + outcome.error().what, outcome.error().remedy);
  if (!outcome->holds) return {};
  return fail(ExitCode::threshold, fmt::format("--fail-if holds: {}", fmt::join(outcome->parts, "; ")));
}

ExitCode offer_load(const LoadOptions& options) {
  const auto request = load_request_of(options);
  if (!request) return report_error(request.error());
  auto latencies = opened_for_latencies(request->hdr_file);
  if (!latencies) return report_error(latencies.error());
  const auto result = run_with_live_view(*request);
  if (!result) return report_error(generator::translated(result.error()));

  ExitCode code = result->reasons.empty() ? ExitCode::done : ExitCode::invalid;
  const auto take = [&](const Result<void>& done) {
    if (!done) code = worse(code, report_error(done.error()));
  };
  take(print_data(summary_of_load(*request, *result)));
  if (latencies->is_open() && !(*latencies << generator::hdr_text(result->latency) << std::flush))
    take(cannot_write(request->hdr_file));
  take(held_against(request->fail_if, *result));
  return result->interrupted ? worse(code, interruption()) : code;
}

}  // namespace

void add_load(CLI::App& app, Chosen& chosen) {
  auto* const command =
      app.add_subcommand("load", "Offer load to one URL; -c, -t and -d mean what they mean in wrk");
  auto options = std::make_shared<LoadOptions>();
  add_load_options(*command, *options);
  command->callback([&chosen, options] { chosen.action = [options] { return offer_load(*options); }; });
}

}  // namespace shootout::cli
