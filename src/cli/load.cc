#include "engine/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/load_units.h"
#include "cli/load_view.h"
#include "engine/http_syntax.h"
#include "generator/engine_error.h"
#include "generator/load_document.h"

namespace shootout::cli {
namespace {

struct Options {
  std::string url, connections = "10", threads = "2", duration, requests, timeout = "10s", settle = "0";
  std::string method, body;
  std::vector<std::string> headers;
  bool json = false, latency = false, quiet = false;
};

constexpr double kDefaultDuration = 10;

Result<double> duration_option(const char* option, const std::string& text) {
  if (const auto duration = duration_of(text)) return *duration;
  return fail(ExitCode::usage, fmt::format("{} {}: no duration", option, text), "write 500ms, 10s, 2m or 1h");
}

Result<std::uint64_t> count_option(const char* option, const std::string& text) {
  if (const auto count = count_of(text)) return *count;
  return fail(ExitCode::usage, fmt::format("{} {}: no count", option, text), "write 200, 10k or 2M");
}

Result<unsigned> small_count_option(const char* option, const std::string& text) {
  const auto count = count_option(option, text);
  if (!count) return std::unexpected(count.error());
  if (*count <= 1'000'000) return static_cast<unsigned>(*count);
  return fail(ExitCode::usage, fmt::format("{} {}: too many", option, text), "at most 1M");
}

Result<std::pair<std::string, std::string>> header_option(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) {
    return fail(ExitCode::usage, fmt::format("-H '{}' has no ':'", text), "write -H 'Name: value'");
  }
  return std::pair{text.substr(0, colon),
                   std::string(engine::trimmed(std::string_view(text).substr(colon + 1)))};
}

/// Takes a value, or hands the failure on.
template <class Target, class T>
Result<void> take(Target& to, Result<T> value) {
  if (!value) return std::unexpected(value.error());
  to = std::move(*value);
  return {};
}

Result<engine::LoadPlan> plan_of(const Options& options) {
  engine::LoadPlan plan;
  plan.url = options.url;
  if (auto taken = take(plan.connections, small_count_option("-c", options.connections)); !taken) {
    return std::unexpected(taken.error());
  }
  if (auto taken = take(plan.threads, small_count_option("-t", options.threads)); !taken) {
    return std::unexpected(taken.error());
  }
  if (auto taken = take(plan.timeout_s, duration_option("--timeout", options.timeout)); !taken) {
    return std::unexpected(taken.error());
  }
  if (auto taken = take(plan.settle_s, duration_option("--settle", options.settle)); !taken) {
    return std::unexpected(taken.error());
  }
  if (!options.requests.empty()) {
    if (auto taken = take(plan.requests, count_option("-n", options.requests)); !taken) {
      return std::unexpected(taken.error());
    }
  }
  if (!options.duration.empty()) {
    if (auto taken = take(plan.duration_s, duration_option("-d", options.duration)); !taken) {
      return std::unexpected(taken.error());
    }
  }
  if (!plan.requests && !plan.duration_s) plan.duration_s = kDefaultDuration;
  for (const auto& text : options.headers) {
    auto header = header_option(text);
    if (!header) return std::unexpected(header.error());
    plan.headers.push_back(std::move(*header));
  }
  plan.body = options.body;
  plan.method = !options.method.empty() ? options.method : options.body.empty() ? "GET" : "POST";
  return plan;
}

/// The line on the terminal that is written over; gone when this goes.
class LiveLine {
 public:
  explicit LiveLine(bool shown) : shown_(shown && ::isatty(STDERR_FILENO) == 1) {}
  ~LiveLine() {
    if (written_) std::fputs("\r\033[K", stderr);
  }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  void show(const std::string& text) {
    if (!shown_) return;
    written_ = true;
    std::fputs(
        fmt::format("\r{}\033[K", text.substr(0, static_cast<std::size_t>(columns_of(STDERR_FILENO)) - 1))
            .c_str(),
        stderr);
    std::fflush(stderr);
  }

 private:
  bool shown_, written_ = false;
};

engine::Result<engine::LoadResult> run(const engine::LoadPlan& plan, bool quiet) {
  LiveLine live(!quiet);
  engine::LoadProgress before;
  engine::RunControl control;
  control.stop_asked = interrupted;
  control.on_progress = [&](const engine::LoadProgress& progress) {
    live.show(progress_line(plan, progress, before));
    before = progress;
  };
  return engine::run_load(plan, control);
}

ExitCode offer_load(const Options& options) {
  const auto plan = plan_of(options);
  if (!plan) return report_error(plan.error());
  const auto result = run(*plan, options.quiet);
  if (!result) return report_error(generator::translated(result.error()));
  const std::string text =
      options.json
          ? generator::load_document(*result).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                "\n"
          : load_summary(*plan, *result,
                         {.all_percentiles = options.latency, .colour = colour_allowed(STDOUT_FILENO)});
  if (auto printed = print_data(text); !printed) return report_error(printed.error());
  if (result->interrupted) return interruption();
  return result->reasons.empty() ? ExitCode::done : ExitCode::invalid;
}

}  // namespace

void add_load(CLI::App& app, Chosen& chosen) {
  auto* const command =
      app.add_subcommand("load", "Offer load to one URL; -c, -t and -d mean what they mean in wrk");
  auto options = std::make_shared<Options>();
  command->add_option("url", options->url, "http://host[:port][/path]")->required();
  command->add_option("-c,--connections", options->connections, "Connections, in all")->capture_default_str();
  command->add_option("-t,--threads", options->threads, "Threads")->capture_default_str();
  auto* const duration =
      command->add_option("-d,--duration", options->duration, "How long: 500ms, 10s (the default), 2m, 1h");
  command->add_option("-n,--requests", options->requests, "How many requests in all, exactly: 200, 10k")
      ->excludes(duration);
  command->add_option("--timeout", options->timeout, "Of one request")->capture_default_str();
  command->add_option("--settle", options->settle, "Traffic before the duration begins, not counted")
      ->capture_default_str();
  command->add_option("-H,--header", options->headers, "'Name: value'; may be given again")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--method", options->method, "GET, or POST where there is a body");
  command->add_option("--body", options->body, "The request's body");
  command->add_flag("--latency", options->latency, "Print more percentiles");
  command->add_flag("--json", options->json, "Print one JSON document (shootout.load/1)");
  command->add_flag("-q,--quiet", options->quiet, "No progress on stderr");
  command->callback([&chosen, options] { chosen.action = [options] { return offer_load(*options); }; });
}

}  // namespace shootout::cli
