#include "engine/load_plan.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/check.h"
#include "engine/http_syntax.h"
#include "engine/url.h"

namespace shootout::engine {
namespace {

constexpr double kLongestLoad = 365.0 * 24 * 3600;
constexpr unsigned kMostConnections = 1'000'000;

std::unexpected<Error> bad(std::string what, std::string remedy = {}) {
  return std::unexpected(Error{Error::Kind::bad_plan, std::move(what), std::move(remedy)});
}

bool is_duration(double seconds) {
  return seconds > 0 && seconds <= kLongestLoad;
}

Result<void> validate_request(const LoadPlan& plan) {
  if (auto url = parse_url(plan.url); !url) return std::unexpected(url.error());
  if (!is_token(plan.method)) return bad(fmt::format("'{}' is no HTTP method", printable(plan.method)));
  if (plan.method == "CONNECT") return bad("the method CONNECT asks for a tunnel, not for an answer");
  for (const auto& [name, value] : plan.headers) {
    if (!is_token(name)) {
      return bad(fmt::format("'{}' is no header name", printable(name)), "write headers as 'Name: value'");
    }
    if (!is_value(value)) return bad(fmt::format("the header {} has a control character in its value", name));
    if (same_text(name, "content-length") || same_text(name, "transfer-encoding")) {
      return bad(fmt::format("the header {} is not yours to set", name), "it follows from the body");
    }
  }
  for (const int status : plan.accepted_status) {
    if (status < 200 || status > 999) return bad(fmt::format("{} is no status of an answer", status));
  }
  if (auto checks = CheckList::make(plan.checks); !checks) return std::unexpected(checks.error());
  return {};
}

}  // namespace

Result<void> validate(const LoadPlan& plan) {
  if (auto request = validate_request(plan); !request) return request;
  if (plan.connections == 0 || plan.connections > kMostConnections) {
    return bad(fmt::format("{} connections", plan.connections),
               fmt::format("take 1 to {}", kMostConnections));
  }
  if (plan.threads == 0) return bad("0 threads", "take at least one");
  const int amounts = int{plan.duration_s.has_value()} + int{plan.requests.has_value()} +
                      int{plan.requests_per_connection.has_value()};
  if (amounts != 1) {
    return bad(amounts == 0 ? "the load has no end" : "the load has several ends",
               "give a duration, or a count of requests, or a count for each connection");
  }
  if (plan.duration_s && !is_duration(*plan.duration_s)) {
    return bad(fmt::format("a duration of {} s", *plan.duration_s), "take more than 0 and at most a year");
  }
  if (plan.requests == 0 || plan.requests_per_connection == 0)
    return bad("0 requests", "ask for at least one");
  if (!(plan.settle_s >= 0 && plan.settle_s <= kLongestLoad))
    return bad(fmt::format("settling for {} s", plan.settle_s));
  if (plan.settle_s > 0 && !plan.duration_s) {
    return bad("a counted load cannot settle: every request of it counts",
               "leave settling out, or give a duration");
  }
  if (!is_duration(plan.timeout_s))
    return bad(fmt::format("a timeout of {} s", plan.timeout_s), "take more than 0");
  if (!is_duration(plan.connect_timeout_s)) {
    return bad(fmt::format("a connect timeout of {} s", plan.connect_timeout_s), "take more than 0");
  }
  for (const int cpu : plan.cpus) {
    if (cpu < 0) return bad(fmt::format("CPU {}", cpu));
  }
  return {};
}

}  // namespace shootout::engine
