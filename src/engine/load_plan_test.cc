#include "engine/load_plan.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "engine/request_rules.h"

namespace shootout::engine {
namespace {

using Mistake = std::pair<const char*, std::function<void(LoadPlan&)>>;
using Body = BodyPlan::Kind;
using CheckKind = Check::Kind;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

LoadPlan plan() {
  LoadPlan plan;
  plan.url = "http://h:81/x?y";
  plan.requests = 1;
  return plan;
}

// With these stages in place of the count.
void along(LoadPlan& plan, std::vector<Stage> stages, bool rates = false) {
  plan.requests.reset();
  plan.stages = std::move(stages);
  plan.stages_are_rates = rates;
}

void upload(LoadPlan& plan, Body kind, std::uint64_t size) {
  plan.mix[0].body.kind = kind;
  plan.mix[0].body.size = size;
}

void websocket(LoadPlan& plan) {
  plan.url = "ws://h/";
}

void expect_refused(const std::vector<Mistake>& mistakes) {
  for (const auto& [says, mistake] : mistakes) {
    LoadPlan wrong = plan();
    mistake(wrong);
    const auto valid = validate(wrong);
    ASSERT_FALSE(valid) << says;
    EXPECT_EQ(valid.error().kind, Error::Kind::bad_plan);
    EXPECT_NE(valid.error().what.find(says), std::string::npos) << valid.error().what;
  }
}

void expect_valid(const std::vector<std::function<void(LoadPlan&)>>& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    LoadPlan right = plan();
    changes[i](right);
    const auto valid = validate(right);
    EXPECT_TRUE(valid) << i << ": " << valid.error().what;
  }
}

TEST(LoadPlan, RefusesMistakesInRequests) {
  expect_refused({
      {"no scheme", [](LoadPlan& p) { p.url = "h:81"; }},
      {"no requests", [](LoadPlan& p) { p.mix.clear(); }},
      {"no HTTP method", [](LoadPlan& p) { p.mix[0].method = "GE T"; }},
      {"no HTTP method", [](LoadPlan& p) { p.mix[0].method = ""; }},
      {"no HTTP method", [](LoadPlan& p) { p.mix.push_back(p.mix[0]), p.mix[1].method = ""; }},
      {"tunnel", [](LoadPlan& p) { p.mix[0].method = "CONNECT"; }},
      {"a weight of 0", [](LoadPlan& p) { p.mix[0].weight = 0; }},
      {"a weight of nan", [](LoadPlan& p) { p.mix[0].weight = kNan; }},
      {"a weight of inf", [](LoadPlan& p) { p.mix[0].weight = kInfinity; }},
      {"does not begin with '/'", [](LoadPlan& p) { p.mix[0].target = "a"; }},
      {"holds a space", [](LoadPlan& p) { p.mix[0].target = "/a b"; }},
      {"holds a space", [](LoadPlan& p) { p.mix[0].target = "/a\r\n"; }},
      {"fragment", [](LoadPlan& p) { p.mix[0].target = "/a#b"; }},
      {"'{id}' has no range", [](LoadPlan& p) { p.mix[0].target = "/{id}"; }},
      {"'{id:1}' has no range", [](LoadPlan& p) { p.url = "http://h/{id:1}"; }},
      {"no header name", [](LoadPlan& p) { p.mix[0].headers = {{"a b", "c"}}; }},
      {"control character", [](LoadPlan& p) { p.mix[0].headers = {{"a", "b\r\nc: d"}}; }},
      {"not yours", [](LoadPlan& p) { p.mix[0].headers = {{"content-LENGTH", "1"}}; }},
      {"not yours", [](LoadPlan& p) { p.mix[0].headers = {{"Transfer-Encoding", "chunked"}}; }},
      {"TRACE", [](LoadPlan& p) { p.mix[0].method = "TRACE", p.mix[0].body.text = "a"; }},
      {"no path of a Unix socket", [](LoadPlan& p) { p.unix_socket = std::string(108, 'a'); }},
  });
  expect_valid({
      [](LoadPlan&) {},
      [](LoadPlan& p) { p.url = "http://h/{id:1..2}"; },
      [](LoadPlan& p) { p.mix[0].headers = {{"Content-Type", "a/b"}}, p.mix[0].body.text = R"({"a":{}})"; },
      [](LoadPlan& p) { p.unix_socket = std::string(107, 'a'); },
  });
}

TEST(LoadPlan, RefusesMistakesInUploads) {
  constexpr std::uint64_t k4GiB = std::uint64_t{4} << 30;
  expect_refused({
      {"an upload of 4294967297 bytes", [](LoadPlan& p) { upload(p, Body::upload, k4GiB + 1); }},
      {"0 variants", [](LoadPlan& p) { upload(p, Body::upload, 1), p.mix[0].body.variants = 0; }},
      {"65 variants", [](LoadPlan& p) { upload(p, Body::upload, 1), p.mix[0].body.variants = 65; }},
      {"has no name", [](LoadPlan& p) { upload(p, Body::multipart, 1), p.mix[0].body.field = ""; }},
      {"control", [](LoadPlan& p) { upload(p, Body::multipart, 1), p.mix[0].body.file_name = "a\nb"; }},
      {"not yours",
       [](LoadPlan& p) { upload(p, Body::multipart, 1), p.mix[0].headers = {{"Content-Type", "a/b"}}; }},
  });
  // 4 GiB of memory would be missed here.
  expect_valid({
      [](LoadPlan& p) { upload(p, Body::upload, k4GiB), p.mix[0].headers = {{"Content-Type", "a/b"}}; },
      [](LoadPlan& p) { upload(p, Body::multipart, k4GiB); },
      [](LoadPlan& p) { upload(p, Body::upload, 0), p.mix[0].body.variants = 64; },
  });
}

TEST(LoadPlan, RefusesMistakesInChecks) {
  expect_refused({
      {"no status", [](LoadPlan& p) { p.accepted_status = {100}; }},
      {"no JSON", [](LoadPlan& p) { p.checks = {{CheckKind::json_equals, "/a", "{"}}; }},
      {"no request has a slot {id}", [](LoadPlan& p) { p.checks = {{CheckKind::body_equals, "", "{id}"}}; }},
      {"HEAD",
       [](LoadPlan& p) { p.mix[0].method = "HEAD", p.checks = {{CheckKind::body_contains, "", "a"}}; }},
      {"a share of 0", [](LoadPlan& p) { p.checked_share = 0; }},
      {"a share of 1.5", [](LoadPlan& p) { p.checked_share = 1.5; }},
      {"a share of nan", [](LoadPlan& p) { p.checked_share = kNan; }},
  });
  expect_valid({
      [](LoadPlan& p) { p.mix[0].target = "/{id:1..2}", p.checks = {{CheckKind::body_equals, "", "{id}"}}; },
      [](LoadPlan& p) { p.mix[0].method = "HEAD", p.checks = {{CheckKind::header_equals, "a", "b"}}; },
      [](LoadPlan& p) { p.checked_share = 0.001; },
  });
}

TEST(LoadPlan, RefusesMistakesInAmounts) {
  expect_refused({
      {"0 connections", [](LoadPlan& p) { p.connections = 0; }},
      {"0 threads", [](LoadPlan& p) { p.threads = 0; }},
      {"no end", [](LoadPlan& p) { p.requests.reset(); }},
      {"several ends", [](LoadPlan& p) { p.duration_s = 1; }},
      {"several ends", [](LoadPlan& p) { p.stages = {{1, 1, 1}}; }},
      {"0 requests", [](LoadPlan& p) { p.requests = 0; }},
      {"0 requests", [](LoadPlan& p) { p.requests.reset(), p.requests_per_connection = 0; }},
      {"a duration of -1", [](LoadPlan& p) { p.requests.reset(), p.duration_s = -1; }},
      {"a duration of nan", [](LoadPlan& p) { p.requests.reset(), p.duration_s = kNan; }},
      {"settle", [](LoadPlan& p) { p.settle_s = 1; }},
      {"settling for -1", [](LoadPlan& p) { p.settle_s = -1; }},
      {"a timeout of 0", [](LoadPlan& p) { p.timeout_s = 0; }},
      {"a connect timeout of 0", [](LoadPlan& p) { p.connect_timeout_s = 0; }},
      {"points of 0 s", [](LoadPlan& p) { p.series_interval_s = 0; }},
      {"points of 0.09 s", [](LoadPlan& p) { p.series_interval_s = 0.09; }},
      {"points of 2 s", [](LoadPlan& p) { p.series_interval_s = 2; }},
      {"points of nan s", [](LoadPlan& p) { p.series_interval_s = kNan; }},
      {"opening -1", [](LoadPlan& p) { p.opened_per_second = -1; }},
      {"opening nan", [](LoadPlan& p) { p.opened_per_second = kNan; }},
      {"CPU -1", [](LoadPlan& p) { p.cpus = {-1}; }},
      {"a rate without a duration", [](LoadPlan& p) { p.rate = 100; }},
      {"a rate of 0", [](LoadPlan& p) { p.requests.reset(), p.duration_s = 1, p.rate = 0; }},
      {"a rate of inf", [](LoadPlan& p) { p.requests.reset(), p.duration_s = 1, p.rate = kInfinity; }},
  });
  expect_valid({
      [](LoadPlan& p) { p.requests.reset(), p.duration_s = 1, p.rate = 0.5, p.settle_s = 1; },
      [](LoadPlan& p) { p.requests.reset(), p.requests_per_connection = 3; },
      [](LoadPlan& p) { p.series_interval_s = 0.1; },
      [](LoadPlan& p) { p.series_interval_s = 0.25; },
      [](LoadPlan& p) { p.opened_per_second = 100; },
  });
}

TEST(LoadPlan, RefusesMistakesInStages) {
  expect_refused({
      {"a stage of 0 s", [](LoadPlan& p) { along(p, {{1, 1, 0}}); }},
      {"a stage of nan s", [](LoadPlan& p) { along(p, {{1, 1, kNan}}); }},
      {"longer than a year", [](LoadPlan& p) { along(p, {{1, 1, 3e7}, {1, 1, 3e7}}); }},
      {"the level -1", [](LoadPlan& p) { along(p, {{-1, 1, 1}}); }},
      {"the level 1000001", [](LoadPlan& p) { along(p, {{1, 1'000'001, 1}}); }},
      {"the level nan", [](LoadPlan& p) { along(p, {{1, kNan, 1}}, true); }},
      {"a stage of 1.5 connections", [](LoadPlan& p) { along(p, {{1, 1.5, 1}}); }},
      {"the level 0", [](LoadPlan& p) { along(p, {{0, 0, 1}, {0, 0, 2}}); }},
      {"has no stages", [](LoadPlan& p) { p.stages_are_rates = true; }},
      {"a rate without a duration", [](LoadPlan& p) { along(p, {{1, 1, 1}}), p.rate = 1; }},
  });
  expect_valid({
      [](LoadPlan& p) { along(p, {{0, 10, 1}, {10, 0, 0.5}}), p.settle_s = 1; },
      [](LoadPlan& p) { along(p, {{0, 2e6, 1}, {1.5, 1.5, 1}}, true); },
  });
}

TEST(LoadPlan, RefusesMistakesInWebSockets) {
  expect_refused({
      {"several requests", [](LoadPlan& p) { websocket(p), p.mix.push_back(p.mix[0]); }},
      {"a method or a body", [](LoadPlan& p) { websocket(p), p.mix[0].method = "POST"; }},
      {"a method or a body", [](LoadPlan& p) { websocket(p), p.mix[0].body.text = "a"; }},
      {"a method or a body", [](LoadPlan& p) { websocket(p), upload(p, Body::upload, 1); }},
      {"not yours", [](LoadPlan& p) { websocket(p), p.mix[0].headers = {{"upgrade", "a"}}; }},
      {"0 messages in flight", [](LoadPlan& p) { websocket(p), p.websocket.in_flight = 0; }},
      {"10001 messages in flight", [](LoadPlan& p) { websocket(p), p.websocket.in_flight = 10'001; }},
      {"a message of 4294967297 bytes",
       [](LoadPlan& p) { websocket(p), p.websocket.size = (std::uint64_t{4} << 30) + 1; }},
      {"messages", [](LoadPlan& p) { websocket(p), p.checks = {{CheckKind::header_equals, "a", "b"}}; }},
  });
  LoadPlan right = plan();
  websocket(right);
  right.mix[0].headers = {{"Sec-WebSocket-Protocol", "chat"}};
  EXPECT_TRUE(validate_websocket(right));
}

TEST(LoadPlan, KnowsAWebSocketByItsScheme) {
  for (const char* url : {"ws://h", "WSS://h/", "wss://h"}) EXPECT_TRUE(is_websocket(url)) << url;
  for (const char* url : {"http://h", "https://ws://h", "ws", "wss", "ws:/h", ""}) {
    EXPECT_FALSE(is_websocket(url)) << url;
  }
}

TEST(LoadPlan, KnowsItsConnectionsAndItsWindow) {
  LoadPlan load = plan();
  load.connections = 7;
  EXPECT_EQ(load.most_connections(), 7U);
  EXPECT_FALSE(load.window_s());
  load.requests.reset();
  load.duration_s = 2.5;
  EXPECT_EQ(load.window_s(), 2.5);
  load.duration_s.reset();
  load.stages = {{5, 20, 1.5}, {10, 10, 2}};
  EXPECT_EQ(load.window_s(), 3.5);
  EXPECT_EQ(load.most_connections(), 20U);
  load.stages_are_rates = true;
  EXPECT_EQ(load.most_connections(), 7U);
}

}  // namespace
}  // namespace shootout::engine
