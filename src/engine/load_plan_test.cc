#include "engine/load_plan.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "engine/request.h"

namespace shootout::engine {
namespace {

LoadPlan plan() {
  LoadPlan plan;
  plan.url = "http://h:81/x?y";
  plan.requests = 1;
  return plan;
}

std::string request_of(const LoadPlan& plan) {
  return make_request(plan, *parse_url(plan.url)).bytes;
}

TEST(LoadPlan, RefusesMistakes) {
  EXPECT_TRUE(validate(plan()));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<const char*, std::function<void(LoadPlan&)>> mistakes[] = {
      {"no scheme", [](LoadPlan& p) { p.url = "h:81"; }},
      {"no HTTP method", [](LoadPlan& p) { p.method = "GE T"; }},
      {"no HTTP method", [](LoadPlan& p) { p.method = ""; }},
      {"tunnel", [](LoadPlan& p) { p.method = "CONNECT"; }},
      {"no header name", [](LoadPlan& p) { p.headers = {{"a b", "c"}}; }},
      {"control character", [](LoadPlan& p) { p.headers = {{"a", "b\r\nc: d"}}; }},
      {"not yours", [](LoadPlan& p) { p.headers = {{"content-LENGTH", "1"}}; }},
      {"no status", [](LoadPlan& p) { p.accepted_status = {100}; }},
      {"no JSON", [](LoadPlan& p) { p.checks = {{Check::Kind::json_equals, "/a", "{"}}; }},
      {"0 connections", [](LoadPlan& p) { p.connections = 0; }},
      {"0 threads", [](LoadPlan& p) { p.threads = 0; }},
      {"no end", [](LoadPlan& p) { p.requests.reset(); }},
      {"several ends", [](LoadPlan& p) { p.duration_s = 1; }},
      {"0 requests", [](LoadPlan& p) { p.requests = 0; }},
      {"a duration of -1", [](LoadPlan& p) { p.requests.reset(), p.duration_s = -1; }},
      {"a duration of nan", [nan](LoadPlan& p) { p.requests.reset(), p.duration_s = nan; }},
      {"settle", [](LoadPlan& p) { p.settle_s = 1; }},
      {"settling for -1", [](LoadPlan& p) { p.settle_s = -1; }},
      {"a timeout of 0", [](LoadPlan& p) { p.timeout_s = 0; }},
      {"a connect timeout of 0", [](LoadPlan& p) { p.connect_timeout_s = 0; }},
      {"CPU -1", [](LoadPlan& p) { p.cpus = {-1}; }},
  };
  for (const auto& [says, mistake] : mistakes) {
    LoadPlan wrong = plan();
    mistake(wrong);
    const auto valid = validate(wrong);
    ASSERT_FALSE(valid) << says;
    EXPECT_EQ(valid.error().kind, Error::Kind::bad_plan);
    EXPECT_NE(valid.error().what.find(says), std::string::npos) << valid.error().what;
  }
}

TEST(Request, HasHostAndTheHeadersAsGiven) {
  LoadPlan get = plan();
  EXPECT_EQ(request_of(get), "GET /x?y HTTP/1.1\r\nHost: h:81\r\n\r\n");
  get.headers = {{"hOst", "other"}, {"A", "b"}};
  EXPECT_EQ(request_of(get), "GET /x?y HTTP/1.1\r\nhOst: other\r\nA: b\r\n\r\n");
}

TEST(Request, TellsTheLengthOfItsBody) {
  LoadPlan post = plan();
  post.method = "POST";
  EXPECT_EQ(request_of(post), "POST /x?y HTTP/1.1\r\nHost: h:81\r\nContent-Length: 0\r\n\r\n");
  post.method = "DELETE";
  post.body = "abc";
  EXPECT_EQ(request_of(post), "DELETE /x?y HTTP/1.1\r\nHost: h:81\r\nContent-Length: 3\r\n\r\nabc");
}

TEST(Request, KnowsWhatFollowsFromIt) {
  LoadPlan head = plan();
  head.method = "HEAD";
  head.headers = {{"Connection", "Close"}};
  const Request request = make_request(head, *parse_url(head.url));
  EXPECT_TRUE(request.is_head);
  EXPECT_TRUE(request.asks_close);
}

}  // namespace
}  // namespace shootout::engine
