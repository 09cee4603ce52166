#include "trial/load_plan.h"

#include <gtest/gtest.h>

#include "generator/load_document.h"

namespace shootout::trial {
namespace {

using engine::BodyPlan;

suite::Launchable contender() {
  suite::Launchable contender;
  contender.url = "http://127.0.0.1:8081";
  return contender;
}

// The plan of a cell, which the engine must find right.
engine::LoadPlan plan_of(suite::Cell cell) {
  if (cell.target.empty()) cell.target = "/x";
  if (cell.method.empty()) cell.method = "GET";
  const auto plan = load_plan(cell, contender(), {}, 7);
  const auto valid = engine::validate(plan);
  EXPECT_TRUE(valid) << valid.error().what;
  return plan;
}

TEST(LoadPlan, OfFixedWorkAndOfAWindow) {
  suite::Cell cell;
  cell.connections = 5;
  cell.requests_per_connection = 3;
  cell.target = "/x?n={n:1..9}";
  const auto work = plan_of(cell);
  EXPECT_EQ(work.url, "http://127.0.0.1:8081/x?n={n:1..9}");
  EXPECT_EQ(work.requests_per_connection, 3U);
  EXPECT_FALSE(work.duration_s);
  EXPECT_EQ(work.seed, 7U);
  cell.window = suite::Window{2, 0.5, 0};
  cell.rate = 100;
  const auto open = plan_of(cell);
  EXPECT_EQ(open.duration_s, 2);
  EXPECT_EQ(open.settle_s, 0.5);
  EXPECT_EQ(open.rate, 100);
  EXPECT_FALSE(open.requests_per_connection);
}

TEST(LoadPlan, IsOfferedAsTheSuiteSays) {
  suite::Cell cell;
  cell.connections = 8000;
  cell.window = suite::Window{};
  EXPECT_EQ(plan_of(cell).threads, 1U);
  EXPECT_EQ(plan_of(cell).opened_per_second, 0);
  cell.offering = {.threads = 24, .opened_per_second = 10'000};
  cell.timeout_s = 2;
  const auto plan = plan_of(cell);
  EXPECT_EQ(plan.threads, 24U);
  EXPECT_EQ(plan.opened_per_second, 10'000);
  EXPECT_EQ(plan.timeout_s, 2);
}

TEST(LoadPlan, OfASpikeHasAStageForEachPhase) {
  suite::Cell cell;
  cell.phases = {{"a", 10, 1}, {"b", 500, 2.5, suite::Phase::Role::hold}, {"c", 10, 3}};
  cell.connections = 500;
  const auto plan = plan_of(cell);
  ASSERT_EQ(plan.stages.size(), 3U);
  EXPECT_EQ(plan.stages[1].from, 500);
  EXPECT_EQ(plan.stages[1].to, 500);
  EXPECT_EQ(plan.stages[1].duration_s, 2.5);
  EXPECT_EQ(plan.window_s(), 6.5);
  EXPECT_EQ(plan.most_connections(), 500U);
  EXPECT_FALSE(plan.is_open_loop());
}

TEST(LoadPlan, CarriesHeadersAndBodies) {
  suite::Cell cell;
  cell.method = "POST";
  cell.headers = {{"X-Id", "{id:1..3}"}};
  cell.body.kind = suite::BodySpec::Kind::text;
  cell.body.text = R"({{"a": {id}})";
  cell.body.content_type = "application/json";
  const auto text = plan_of(cell).mix.at(0);
  EXPECT_EQ(text.method, "POST");
  EXPECT_EQ(text.body.text, cell.body.text);
  EXPECT_EQ(text.headers, (std::vector<std::pair<std::string, std::string>>{
                              {"X-Id", "{id:1..3}"}, {"Content-Type", "application/json"}}));
  cell.body = {};
  cell.body.kind = suite::BodySpec::Kind::multipart;
  cell.body.size = 1000;
  cell.body.variants = 9;
  const auto form = plan_of(cell).mix.at(0);
  EXPECT_EQ(form.body.kind, BodyPlan::Kind::multipart);
  EXPECT_EQ(form.body.size, 1000U);
  EXPECT_EQ(form.body.variants, 9U);
  cell.body.kind = suite::BodySpec::Kind::upload;
  EXPECT_EQ(plan_of(cell).mix.at(0).body.kind, BodyPlan::Kind::upload);
}

TEST(LoadPlan, OfMessagesIsAWebSocket) {
  suite::Cell cell;
  cell.message = suite::MessageSpec{"", 64, true, 3};
  const auto plan = plan_of(cell);
  EXPECT_EQ(plan.url, "ws://127.0.0.1:8081/x");
  EXPECT_EQ(plan.websocket.size, 64U);
  EXPECT_TRUE(plan.websocket.binary);
  EXPECT_EQ(plan.websocket.in_flight, 3U);
  EXPECT_TRUE(plan.websocket.echo);
  cell.message = suite::MessageSpec{"a {uuid}", 0, false, 1};
  EXPECT_EQ(plan_of(cell).websocket.message, "a {uuid}");
}

TEST(LoadPlan, EveryKindOfCheckHasItsOwn) {
  using Kind = suite::AnswerCheck::Kind;
  using Has = engine::Check::Kind;
  const std::string digest(64, 'a');
  const std::vector<std::tuple<suite::AnswerCheck, Has, std::string, std::string>> table{
      {{Kind::json, "/a", "1"}, Has::json_equals, "/a", "1"},
      {{Kind::body, "", "pong"}, Has::body_equals, "", "pong"},
      {{Kind::contains, "", "on"}, Has::body_contains, "", "on"},
      {{Kind::size, "", "4"}, Has::body_size, "", "4"},
      {{Kind::sha256, "", digest}, Has::body_sha256, "", digest},
      {{Kind::header, "A", "b"}, Has::header_equals, "A", "b"},
      {{Kind::moves, "/ts", ""}, Has::json_moves, "/ts", ""},
  };
  suite::Cell cell;
  cell.checked_share = 0.1;
  for (const auto& [check, kind, name, expected] : table) cell.checks.push_back(check);
  const auto plan = plan_of(cell);
  EXPECT_EQ(plan.checked_share, 0.1);
  ASSERT_EQ(plan.checks.size(), table.size());
  for (size_t i = 0; i < table.size(); ++i) {
    const auto& [check, kind, name, expected] = table[i];
    EXPECT_EQ(plan.checks[i].kind, kind);
    EXPECT_EQ(plan.checks[i].name, name);
    EXPECT_EQ(plan.checks[i].expected, expected);
  }
  // The generator's socket carries them.
  const auto carried = generator::load_plan_from_json(generator::to_json(plan));
  ASSERT_TRUE(carried) << carried.error().what;
  EXPECT_EQ(carried->checks.back().kind, Has::json_moves);
  EXPECT_EQ(carried->checks.back().name, "/ts");
}

}  // namespace
}  // namespace shootout::trial
