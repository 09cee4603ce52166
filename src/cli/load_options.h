// What `shootout load` is told on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/condition.h"
#include "base/error.h"
#include "engine/load_plan.h"

namespace shootout::cli {

/// The options as they were written; empty: not given.
struct LoadOptions {
  std::string url;
  std::string connections, threads, duration, requests, rate, arrivals, stages, settle, ramp, seed;
  std::string timeout, connect_timeout;
  std::string method, body, upload, multipart, variants, targets;
  std::vector<std::string> headers;
  std::string accept_status, check_body, check_size, check_sha256, check_sample;
  std::vector<std::string> check_contains, check_headers, check_json;
  std::string unix_socket, authorities, server_name, cpus;
  bool insecure = false, no_resume = false;
  std::string ws_message, ws_size, ws_fragment, in_flight;
  bool ws_binary = false, ws_any = false;
  std::string fail_if, hdr_file;
  bool latency = false, json = false, quiet = false;
  std::string script;  ///< wrk's -s, which is answered with a message
};

/// What the options ask for.
struct LoadRequest {
  engine::LoadPlan plan;
  std::optional<Condition> fail_if;
  std::string hdr_file;  ///< empty: none
  bool all_percentiles = false, json = false, quiet = false;
};

/// Declares the options, in groups, with their help. `options` must outlive `command`.
void add_load_options(CLI::App& command, LoadOptions& options);

/// Reads the options' values, and the files that they name. Fails (usage) on the first mistake; what only the
/// engine knows (a URL without a host, an ill-formed slot) is left to it.
[[nodiscard]] Result<LoadRequest> load_request_of(const LoadOptions& options);

}  // namespace shootout::cli
