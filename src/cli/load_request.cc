// The options' values as a plan (load_options.h).
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "cli/load_options.h"
#include "cli/load_stages.h"
#include "cli/load_units.h"
#include "engine/http_syntax.h"
#include "engine/targets.h"
#include "generator/engine_error.h"

namespace shootout::cli {
namespace {

using engine::BodyPlan;
using engine::Check;
using engine::LoadPlan;

constexpr double kDefaultDuration = 10;

constexpr const char* kDurations = "write 500ms, 10s, 2m or 1h";
constexpr const char* kCounts = "write 200, 10k or 2M";
constexpr const char* kRates = "write 1000, 2.5k or 50k";
constexpr const char* kSizes = "write 100, 64KB, 5MB or 5MiB";

/// Reads one option after the other into a request; the first mistake stays.
class LoadReader {
 public:
  explicit LoadReader(const LoadOptions& options) : options_(options) {}

  Result<LoadRequest> read() {
    refuse_script();
    read_amount();
    read_pace();
    read_requests();
    read_checks();
    read_connections();
    read_websocket();
    read_output();
    if (mistake_) return std::unexpected(*mistake_);
    return std::move(request_);
  }

 private:
  void wrong(std::string what, std::string remedy = {}) {
    wrong(Error{ExitCode::usage, std::move(what), std::move(remedy)});
  }
  void wrong(Error error) {
    if (!mistake_) mistake_ = std::move(error);
  }

  /// Takes the value of an option that was given; `reading` gives nothing for what it cannot read.
  template <class To, class Reading>
  void take(To& to, const char* option, const std::string& text, Reading reading, const char* thing,
            const char* examples) {
    if (text.empty()) return;
    if (auto value = reading(text)) {
      to = std::move(*value);
    } else {
      wrong(fmt::format("{} {}: no {}", option, text, thing), examples);
    }
  }

  void take_small(unsigned& to, const char* option, const std::string& text) {
    constexpr std::uint64_t kMost = 1'000'000;
    std::uint64_t count = to;
    take(count, option, text, count_of, "count", kCounts);
    if (count > kMost) wrong(fmt::format("{} {}: too many", option, text), "at most 1M");
    to = static_cast<unsigned>(count);
  }

  void take_size(std::uint64_t& to, const char* option, const std::string& text) {
    take(to, option, text, size_of, "size", kSizes);
    if (!text.empty() && to == 0) wrong(fmt::format("{} {}: nothing", option, text), kSizes);
  }

  /// TEXT, or what @FILE holds.
  std::string text_or_file(const char* option, const std::string& text) {
    if (!text.starts_with('@')) return text;
    std::ifstream file(text.substr(1), std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad())
      wrong(fmt::format("{} {}: the file cannot be read", option, text), "after @ stands a file's name");
    return content;
  }

  std::pair<std::string, std::string> header(const char* option, const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos)
      wrong(fmt::format("{} '{}' has no ':'", option, text), fmt::format("write {} 'Name: value'", option));
    const std::string_view value = colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1);
    return {text.substr(0, colon), std::string(engine::trimmed(value))};
  }

  void refuse_script() {
    if (options_.script.empty()) return;
    wrong("-s: there are no Lua scripts here; what they are used for has options",
          "method, body and headers: --method --body -H; values that change: {id:1..1000} or {uuid} in URL, "
          "headers and body; several requests: --targets FILE; looking at answers: --accept-status and "
          "--check-... ; "
          "reports: --json --hdr");
  }

  void read_amount() {
    LoadPlan& plan = request_.plan;
    plan.url = options_.url;
    take_small(plan.connections, "-c", options_.connections);
    take_small(plan.threads, "-t", options_.threads);
    take(plan.duration_s, "-d", options_.duration, duration_of, "duration", kDurations);
    take(plan.requests, "-n", options_.requests, count_of, "count", kCounts);
    take(plan.rate, "-R", options_.rate, rate_of, "rate", kRates);
    if (!options_.stages.empty()) read_stages();
    if (plan.rate && plan.requests && *plan.rate > 0) {
      wrong("-R and -n: a rate is offered for a time, not for a count",
            fmt::format("say how long with -d: {} requests at {} a second are -d {:.3g}s", options_.requests,
                        options_.rate, static_cast<double>(*plan.requests) / *plan.rate));
    }
    if (plan.duration_s && plan.requests) wrong("-d and -n both say when the load ends", "give one of them");
    if (!plan.duration_s && !plan.requests && plan.stages.empty()) plan.duration_s = kDefaultDuration;
  }

  void read_stages() {
    auto list = stages_of(options_.stages);
    if (!list) return wrong(list.error());
    LoadPlan& plan = request_.plan;
    plan.stages = std::move(list->stages);
    plan.stages_are_rates = list->rates;
    for (const auto& [option, value] :
         {std::pair("-d", &options_.duration), std::pair("-n", &options_.requests),
          std::pair("-R", &options_.rate)}) {
      if (!value->empty())
        wrong(fmt::format("--stages and {}: the stages say how much and how long", option),
              "leave one of them out");
    }
    if (!plan.stages_are_rates && !options_.connections.empty())
      wrong("--stages and -c: these stages are the connections", "leave -c out, or write rates: 100/s:10s");
  }

  void read_pace() {
    LoadPlan& plan = request_.plan;
    take(plan.arrivals, "--arrivals", options_.arrivals, arrivals_of, "way to arrive", "poisson or constant");
    if (!options_.arrivals.empty() && options_.rate.empty() && !plan.stages_are_rates)
      wrong("--arrivals is of an open loop, and this is a closed one",
            "give a rate: -R 1000, or --stages 100/s:10s");
    take(plan.timeout_s, "--timeout", options_.timeout, duration_of, "duration", kDurations);
    take(plan.connect_timeout_s, "--connect-timeout", options_.connect_timeout, duration_of, "duration",
         kDurations);
    take(plan.settle_s, "--settle", options_.settle, duration_of, "duration", kDurations);
    take(plan.opened_per_second, "--ramp", options_.ramp, rate_of, "rate", kRates);
    take(plan.seed, "--seed", options_.seed, count_of, "whole number", "write a number below 2^64");
  }

  static std::optional<engine::Arrivals> arrivals_of(std::string_view text) {
    if (text == "poisson") return engine::Arrivals::poisson;
    if (text == "constant") return engine::Arrivals::constant;
    return {};
  }

  void read_requests() {
    auto& mix = request_.plan.mix;
    if (!options_.targets.empty()) {
      for (const auto& [option, value] :
           {std::pair("--method", &options_.method), std::pair("--body", &options_.body),
            std::pair("--upload", &options_.upload), std::pair("--multipart", &options_.multipart)}) {
        if (!value->empty())
          wrong(fmt::format("--targets and {}: the file says what is sent", option), "write it in the file");
      }
      auto targets = engine::read_targets(options_.targets);
      if (!targets) return wrong(generator::translated(targets.error()));
      mix = std::move(*targets);
    } else {
      auto& request = mix.front();
      read_body(request.body);
      const bool has_body = request.body.kind != BodyPlan::Kind::text || !request.body.text.empty();
      request.method = !options_.method.empty() ? options_.method : has_body ? "POST" : "GET";
    }
    for (const auto& text : options_.headers) {
      const auto added = header("-H", text);
      for (auto& request : mix) request.headers.push_back(added);
    }
  }

  void read_body(BodyPlan& body) {
    const int bodies =
        int{!options_.body.empty()} + int{!options_.upload.empty()} + int{!options_.multipart.empty()};
    if (bodies > 1) wrong("a request has one body", "give one of --body, --upload and --multipart");
    if (!options_.body.empty()) body.text = text_or_file("--body", options_.body);
    if (!options_.upload.empty()) {
      body.kind = BodyPlan::Kind::upload;
      take_size(body.size, "--upload", options_.upload);
    }
    if (!options_.multipart.empty()) read_multipart(body);
    take_small(body.variants, "--variants", options_.variants);
    if (!options_.variants.empty() && body.kind == BodyPlan::Kind::text)
      wrong("--variants is of generated contents", "give --upload SIZE or --multipart SIZE");
  }

  /// SIZE[:FIELD[:FILENAME]]
  void read_multipart(BodyPlan& body) {
    body.kind = BodyPlan::Kind::multipart;
    const std::string& text = options_.multipart;
    const auto first = text.find(':');
    const auto second = first == std::string::npos ? first : text.find(':', first + 1);
    take_size(body.size, "--multipart", text.substr(0, first));
    if (first != std::string::npos) body.field = text.substr(first + 1, second - first - 1);
    if (second != std::string::npos) body.file_name = text.substr(second + 1);
    if (first == 0 || body.field.empty() || body.file_name.empty())
      wrong(fmt::format("--multipart {}: a part is empty", text),
            "write SIZE[:FIELD[:FILENAME]]: 5MB:file:a.bin");
  }

  void read_checks() {
    LoadPlan& plan = request_.plan;
    take(plan.accepted_status, "--accept-status", options_.accept_status, statuses_of, "list of statuses",
         "write 200,404 or 2xx");
    const auto add = [&](Check::Kind kind, std::string name, std::string expected) {
      plan.checks.push_back({kind, std::move(name), std::move(expected)});
    };
    if (!options_.check_body.empty())
      add(Check::Kind::body_equals, "", text_or_file("--check-body", options_.check_body));
    for (const auto& text : options_.check_contains) add(Check::Kind::body_contains, "", text);
    if (!options_.check_size.empty()) add(Check::Kind::body_size, "", expected_size());
    if (!options_.check_sha256.empty()) add(Check::Kind::body_sha256, "", options_.check_sha256);
    for (const auto& text : options_.check_headers) {
      auto [name, value] = header("--check-header", text);
      add(Check::Kind::header_equals, std::move(name), std::move(value));
    }
    for (const auto& text : options_.check_json) {
      const auto equals = text.find('=');
      if (equals == std::string::npos)
        wrong(fmt::format("--check-json '{}' has no '='", text),
              "write --check-json /pointer=JSON: /items/0/id=5");
      add(Check::Kind::json_equals, text.substr(0, equals),
          equals == std::string::npos ? "" : text.substr(equals + 1));
    }
    take(plan.checked_share, "--check-sample", options_.check_sample, share_of, "share", "write 10% or 0.1");
    if (!options_.check_sample.empty() && plan.checks.empty())
      wrong("--check-sample: there is nothing to check", "give a check, such as --check-contains TEXT");
  }

  /// In decimal, or as it was written where it is a slot.
  std::string expected_size() {
    if (options_.check_size.starts_with('{')) return options_.check_size;
    std::uint64_t size = 0;
    take(size, "--check-size", options_.check_size, size_of, "size", kSizes);
    return std::to_string(size);
  }

  void read_connections() {
    LoadPlan& plan = request_.plan;
    plan.unix_socket = options_.unix_socket;
    plan.tls.verify = !options_.insecure;
    plan.tls.authorities = options_.authorities;
    plan.tls.server_name = options_.server_name;
    plan.tls.resume = !options_.no_resume;
    take(plan.cpus, "--cpus", options_.cpus, cpus_of, "list of CPUs", "write 0,2 or 0-3");
  }

  void read_websocket() {
    auto& websocket = request_.plan.websocket;
    if (!options_.ws_message.empty()) websocket.message = options_.ws_message;
    take_size(websocket.size, "--ws-size", options_.ws_size);
    if (!options_.ws_message.empty() && !options_.ws_size.empty())
      wrong("--ws-message and --ws-size both say what is sent", "give one of them");
    websocket.binary = options_.ws_binary;
    take_size(websocket.fragment, "--ws-fragment", options_.ws_fragment);
    take_small(websocket.in_flight, "--in-flight", options_.in_flight);
    websocket.echo = !options_.ws_any;
    if (options_.url.starts_with("ws://") || options_.url.starts_with("wss://")) return;
    const std::pair<const char*, bool> own[] = {{"--ws-message", !options_.ws_message.empty()},
                                                {"--ws-size", !options_.ws_size.empty()},
                                                {"--ws-fragment", !options_.ws_fragment.empty()},
                                                {"--in-flight", !options_.in_flight.empty()},
                                                {"--ws-binary", options_.ws_binary},
                                                {"--ws-any", options_.ws_any}};
    for (const auto& [option, given] : own) {
      if (given) wrong(fmt::format("{} is of WebSockets", option), "their URLs begin with ws:// or wss://");
    }
  }

  void read_output() {
    request_.all_percentiles = options_.latency;
    request_.json = options_.json;
    request_.quiet = options_.quiet;
    request_.hdr_file = options_.hdr_file;
    if (options_.fail_if.empty()) return;
    auto condition = Condition::parse(options_.fail_if);
    if (!condition)
      return wrong({ExitCode::usage, "--fail-if: " + condition.error().what, condition.error().remedy});
    request_.fail_if = std::move(*condition);
  }

  const LoadOptions& options_;
  LoadRequest request_;
  std::optional<Error> mistake_;
};

}  // namespace

Result<LoadRequest> load_request_of(const LoadOptions& options) {
  return LoadReader(options).read();
}

}  // namespace shootout::cli
