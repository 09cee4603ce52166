#include "upstream/endpoints.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace shootout::upstream {
namespace {

SlowIo slow_io(const std::string& query) {
  const Endpoint endpoint = find_endpoint("GET", "/slow-io?" + query);
  EXPECT_TRUE(std::holds_alternative<SlowIo>(endpoint)) << query;
  return std::holds_alternative<SlowIo>(endpoint) ? std::get<SlowIo>(endpoint) : SlowIo{};
}

/// The status, and the parameter that is named.
std::pair<int, std::string> refusal(std::string_view method, std::string_view target) {
  const Endpoint endpoint = find_endpoint(method, target);
  EXPECT_TRUE(std::holds_alternative<Refusal>(endpoint)) << target;
  if (!std::holds_alternative<Refusal>(endpoint)) return {};
  const auto json = nlohmann::json::parse(std::get<Refusal>(endpoint).body);
  EXPECT_TRUE(json.at("error").is_string());
  return {std::get<Refusal>(endpoint).status, json.value("parameter", "")};
}

TEST(Endpoints, FindsEach) {
  EXPECT_TRUE(std::holds_alternative<Health>(find_endpoint("GET", "/health")));
  EXPECT_TRUE(std::holds_alternative<Health>(find_endpoint("HEAD", "/health?x")));
  EXPECT_TRUE(std::holds_alternative<Stats>(find_endpoint("GET", "http://host:1/stats")));
  EXPECT_TRUE(std::holds_alternative<StatsReset>(find_endpoint("POST", "/stats/reset")));
  EXPECT_EQ(refusal("GET", "http://host").first, 404);
  EXPECT_EQ(refusal("GET", "/healthy").first, 404);
  EXPECT_EQ(refusal("OPTIONS", "*").first, 404);
}

TEST(Endpoints, RefusesOtherMethodsAndNamesThoseThereAre) {
  EXPECT_EQ(refusal("POST", "/slow-io?delay=1").first, 405);
  EXPECT_EQ(refusal("GET", "/stats/reset").first, 405);
  EXPECT_EQ(std::get<Refusal>(find_endpoint("GET", "/stats/reset")).allow, "POST");
  EXPECT_EQ(std::get<Refusal>(find_endpoint("PUT", "/health")).allow, "GET, HEAD");
}

TEST(Endpoints, ReadsTheDelayAndRoundsItUp) {
  EXPECT_EQ(slow_io("delay=0").delay, 0);
  EXPECT_EQ(slow_io("delay=30").delay, 30 * engine::kSecond);
  EXPECT_EQ(slow_io("delay=0.5&request_id=1").delay_s, 0.5);
  EXPECT_EQ(slow_io("request_id=1&delay=1e-3").delay, engine::kMillisecond);
  EXPECT_EQ(slow_io("delay=0.0000000001").delay, 1);
  EXPECT_EQ(slow_io("delay=%31").delay, engine::kSecond);
}

TEST(Endpoints, NamesTheParameterThatIsWrong) {
  const std::pair<int, std::string> delay{400, "delay"}, request_id{400, "request_id"};
  EXPECT_EQ(refusal("GET", "/slow-io"), delay);
  for (const std::string text :
       {"", "abc", "-0.1", "30.01", "nan", "inf", "1x", "1%2", "1%zz", "+1", "0x1", "1&delay=1"}) {
    EXPECT_EQ(refusal("GET", "/slow-io?delay=" + text), delay) << text;
  }
  for (const std::string& text : {std::string("%ff"), std::string(257, 'x'), std::string("1&request_id=1")}) {
    EXPECT_EQ(refusal("GET", "/slow-io?delay=1&request_id=" + text), request_id) << text;
  }
}

TEST(Endpoints, EchoesTheRequestIdAsJson) {
  const auto echoed = [](const std::string& text) {
    return nlohmann::json::parse(slow_io("delay=0&request_id=" + text).request_id).get<std::string>();
  };
  EXPECT_EQ(echoed(""), "");
  EXPECT_EQ(echoed("a-1"), "a-1");
  EXPECT_EQ(echoed("%22%5C%0A%00+%2B%c3%a9"), std::string("\"\\\n\0 +\u00e9", 8));
  std::string longest;
  for (std::size_t i = 0; i < kMaxRequestId; ++i) longest += "%C3%A9";
  EXPECT_EQ(echoed(longest).size(), 2 * kMaxRequestId);
}

}  // namespace
}  // namespace shootout::upstream
