#include "engine/load_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/http_syntax.h"
#include "engine/request_rules.h"
#include "engine/request_source.h"
#include "engine/url.h"

namespace shootout::engine {
namespace {

constexpr double kLongestLoad = 365.0 * 24 * 3600;
constexpr unsigned kMostConnections = 1'000'000;
constexpr double kHighestRate = 1e9;
constexpr std::size_t kLongestSocketPath = 107;  // sockaddr_un's 108 with the NUL

std::unexpected<Error> bad_load(std::string what, std::string remedy = {}) {
  return std::unexpected(Error{Error::Kind::bad_plan, std::move(what), std::move(remedy)});
}

bool is_duration(double seconds) {
  return seconds > 0 && seconds <= kLongestLoad;
}

double length_of(const std::vector<Stage>& stages) {
  double length = 0;
  for (const Stage& stage : stages) length += stage.duration_s;
  return length;
}

// The slots and checks are held against the requests; generated contents are left out, they take their time.
Result<void> validate_texts(const LoadPlan& plan, const Url& url) {
  LoadPlan light = plan;
  for (RequestPlan& request : light.mix) request.body.size = 0;
  light.websocket.size = std::min<std::uint64_t>(plan.websocket.size, 1);
  const auto source = RequestSource::make(light, url);
  if (!source) return std::unexpected(source.error());
  const auto checks = CheckList::make(light, *source);
  if (!checks) return std::unexpected(checks.error());
  return {};
}

Result<void> validate_checks(const LoadPlan& plan) {
  if (!(plan.checked_share > 0 && plan.checked_share <= 1)) {
    return bad_load(fmt::format("a share of {} of the answers to check", plan.checked_share),
                    "take more than 0 and at most 1");
  }
  for (const Check& check : plan.checks) {
    const bool wants_content = check.kind == Check::Kind::json_equals ||
                               check.kind == Check::Kind::json_moves ||
                               (check.kind == Check::Kind::body_contains && !check.expected.empty());
    if (wants_content && std::ranges::any_of(plan.mix, [](const auto& r) { return r.method == "HEAD"; })) {
      return bad_load("a check of the body where the method is HEAD",
                      "such an answer has no body: check its headers");
    }
  }
  for (const int status : plan.accepted_status) {
    if (status < 200 || status > 999) return bad_load(fmt::format("{} is no status of an answer", status));
  }
  return {};
}

Result<void> validate_sent(const LoadPlan& plan) {
  if (plan.mix.empty()) return bad_load("the load has no requests", "give at least one");
  for (const RequestPlan& request : plan.mix) {
    if (auto valid = validate_request(request); !valid) return valid;
  }
  if (is_websocket(plan.url)) {
    if (auto valid = validate_websocket(plan); !valid) return valid;
  }
  if (auto valid = validate_checks(plan); !valid) return valid;
  const auto url = parse_url(plan.url);
  if (!url) return std::unexpected(url.error());
  if (plan.unix_socket.size() > kLongestSocketPath || plan.unix_socket.find('\0') != std::string::npos) {
    return bad_load(fmt::format("'{}' is no path of a Unix socket", printable(plan.unix_socket)),
                    fmt::format("such a path has at most {} bytes", kLongestSocketPath));
  }
  return validate_texts(plan, *url);
}

Result<void> validate_stages(const LoadPlan& plan) {
  const double highest = plan.stages_are_rates ? kHighestRate : kMostConnections;
  double most = 0;
  for (const Stage& stage : plan.stages) {
    if (!is_duration(stage.duration_s)) {
      return bad_load(fmt::format("a stage of {} s", stage.duration_s),
                      "take more than 0 and at most a year");
    }
    for (const double level : {stage.from, stage.to}) {
      if (!(level >= 0 && level <= highest)) {
        return bad_load(fmt::format("a stage at the level {}", level), fmt::format("take 0 to {}", highest));
      }
      if (!plan.stages_are_rates && level != std::floor(level)) {
        return bad_load(fmt::format("a stage of {} connections", level), "take a whole number");
      }
      most = std::max(most, level);
    }
  }
  if (!plan.stages.empty() && most == 0) return bad_load("all stages are at the level 0");
  if (length_of(plan.stages) > kLongestLoad) return bad_load("the stages last longer than a year");
  if (plan.stages.empty() && plan.stages_are_rates) return bad_load("a load along stages has no stages");
  return {};
}

Result<void> validate_amount(const LoadPlan& plan) {
  const int amounts = int{plan.duration_s.has_value()} + int{plan.requests.has_value()} +
                      int{plan.requests_per_connection.has_value()} + int{!plan.stages.empty()};
  if (amounts != 1) {
    return bad_load(amounts == 0 ? "the load has no end" : "the load has several ends",
                    "give a duration, or a count of requests, or a count for each connection, or stages");
  }
  if (plan.duration_s && !is_duration(*plan.duration_s)) {
    return bad_load(fmt::format("a duration of {} s", *plan.duration_s),
                    "take more than 0 and at most a year");
  }
  if (plan.requests == 0 || plan.requests_per_connection == 0) {
    return bad_load("0 requests", "ask for at least one");
  }
  if (plan.rate) {
    if (!(*plan.rate > 0 && *plan.rate <= kHighestRate)) {
      return bad_load(fmt::format("a rate of {} requests a second", *plan.rate), "take more than 0");
    }
    if (!plan.duration_s) {
      return bad_load("a rate without a duration", "give how long it is to be kept up");
    }
  }
  if (!(plan.settle_s >= 0 && plan.settle_s <= kLongestLoad)) {
    return bad_load(fmt::format("settling for {} s", plan.settle_s));
  }
  if (plan.settle_s > 0 && !plan.window_s()) {
    return bad_load("a counted load cannot settle: every request of it counts",
                    "leave settling out, or give a duration");
  }
  return validate_stages(plan);
}

}  // namespace

unsigned LoadPlan::most_connections() const {
  if (stages.empty() || stages_are_rates) return connections;
  double most = 0;
  for (const Stage& stage : stages) most = std::max({most, stage.from, stage.to});
  return static_cast<unsigned>(most);
}

std::optional<double> LoadPlan::window_s() const {
  if (!stages.empty()) return length_of(stages);
  return duration_s;
}

Result<void> validate(const LoadPlan& plan) {
  if (auto sent = validate_sent(plan); !sent) return sent;
  if (auto amount = validate_amount(plan); !amount) return amount;
  if (plan.connections == 0 || plan.connections > kMostConnections) {
    return bad_load(fmt::format("{} connections", plan.connections),
                    fmt::format("take 1 to {}", kMostConnections));
  }
  if (plan.threads == 0) return bad_load("0 threads", "take at least one");
  if (!(plan.opened_per_second >= 0 && plan.opened_per_second <= kHighestRate)) {
    return bad_load(fmt::format("opening {} connections a second", plan.opened_per_second),
                    "take more than 0, or 0 for as fast as they will");
  }
  if (!is_duration(plan.timeout_s)) {
    return bad_load(fmt::format("a timeout of {} s", plan.timeout_s), "take more than 0");
  }
  if (!is_duration(plan.connect_timeout_s)) {
    return bad_load(fmt::format("a connect timeout of {} s", plan.connect_timeout_s), "take more than 0");
  }
  if (!(plan.series_interval_s >= 0.1 && plan.series_interval_s <= 1)) {
    return bad_load(fmt::format("a series of points of {} s", plan.series_interval_s), "take 0.1 to 1");
  }
  for (const int cpu : plan.cpus) {
    if (cpu < 0) return bad_load(fmt::format("CPU {}", cpu));
  }
  return {};
}

}  // namespace shootout::engine
