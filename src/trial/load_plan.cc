#include "trial/load_plan.h"

#include <algorithm>
#include <string_view>

namespace shootout::trial {
namespace {

// http://h:1 -> ws://h:1
std::string websocket_url(const std::string& url) {
  constexpr std::string_view kHttp = "http";
  return url.starts_with(kHttp) ? "ws" + url.substr(kHttp.size()) : url;
}

engine::BodyPlan body_plan(const suite::BodySpec& body) {
  using Kind = suite::BodySpec::Kind;
  engine::BodyPlan plan;
  switch (body.kind) {
    case Kind::none:
      break;
    case Kind::text:
      plan.text = body.text;
      break;
    case Kind::upload:
      plan.kind = engine::BodyPlan::Kind::upload;
      break;
    case Kind::multipart:
      plan.kind = engine::BodyPlan::Kind::multipart;
      break;
  }
  plan.size = body.size;
  plan.variants = body.variants;
  return plan;
}

engine::RequestPlan request_plan(const suite::Cell& cell) {
  engine::RequestPlan request;
  request.method = cell.message ? "GET" : cell.method;
  for (const auto& [name, value] : cell.headers) request.headers.emplace_back(name, value);
  if (cell.message) return request;
  if (!cell.body.content_type.empty()) request.headers.emplace_back("Content-Type", cell.body.content_type);
  request.body = body_plan(cell.body);
  return request;
}

engine::WebSocketPlan websocket_plan(const suite::MessageSpec& message) {
  engine::WebSocketPlan plan;
  plan.message = message.text;
  plan.size = message.size;
  plan.binary = message.binary;
  plan.in_flight = message.in_flight;
  return plan;
}

}  // namespace

engine::Check engine_check(const suite::AnswerCheck& check) {
  using Kind = suite::AnswerCheck::Kind;
  using enum engine::Check::Kind;
  switch (check.kind) {
    case Kind::json:
      return {json_equals, check.name, check.equals};
    case Kind::body:
      return {body_equals, "", check.equals};
    case Kind::contains:
      return {body_contains, "", check.equals};
    case Kind::size:
      return {body_size, "", check.equals};
    case Kind::sha256:
      return {body_sha256, "", check.equals};
    case Kind::header:
      return {header_equals, check.name, check.equals};
    case Kind::moves:
      return {json_moves, check.name, ""};
  }
  return {};
}

// Fine enough to see when a spike is over, and long enough that p99 has values beyond it.
constexpr double kSpikeInterval = 0.25;

engine::LoadPlan load_plan(const suite::Cell& cell, const suite::Launchable& contender,
                           const Pinning& pinning, std::uint64_t seed) {
  engine::LoadPlan plan;
  plan.url = (cell.message ? websocket_url(contender.url) : contender.url) + cell.target;
  plan.mix = {request_plan(cell)};
  if (cell.message) plan.websocket = websocket_plan(*cell.message);
  plan.connections = cell.connections;
  // One thread, unless the suite says how many: enough for any of the servers, and of few cores the one
  // that is the generator's.
  plan.threads = std::max(cell.offering.threads, 1U);
  plan.opened_per_second = cell.offering.opened_per_second;
  if (!cell.phases.empty()) {
    plan.series_interval_s = kSpikeInterval;
    for (const auto& phase : cell.phases) {
      const auto connections = static_cast<double>(phase.connections);
      plan.stages.push_back({connections, connections, phase.seconds});
    }
  } else if (cell.window) {
    plan.duration_s = cell.window->seconds;
    plan.settle_s = cell.window->settle_s;
    plan.rate = cell.rate;
  } else {
    plan.requests_per_connection = cell.requests_per_connection;
  }
  plan.timeout_s = cell.timeout_s;
  plan.seed = seed;
  plan.cpus = pinning.generator;
  for (const auto& check : cell.checks) plan.checks.push_back(engine_check(check));
  plan.checked_share = cell.checked_share;
  return plan;
}

}  // namespace shootout::trial
