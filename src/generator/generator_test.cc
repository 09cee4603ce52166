#include "generator/generator.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

#include "engine/scripted_server.h"
#include "generator/byte_text.h"
#include "generator/load_document.h"

namespace shootout::generator {
namespace {

using engine::testing::always;
using engine::testing::answer;
using engine::testing::Peer;
using engine::testing::ScriptedServer;

engine::LoadPlan counted(const std::string& url, std::uint64_t requests) {
  engine::LoadPlan plan;
  plan.url = url;
  plan.requests = requests;
  plan.connections = 3;
  plan.threads = 1;
  return plan;
}

TEST(Generator, RunsOneLoadAfterTheOtherInItsProcess) {
  ScriptedServer server(always(answer("hello", "404 Not Found")));
  auto generator = Generator::start({});
  ASSERT_TRUE(generator) << generator.error().what;
  EXPECT_GT(generator->pid(), 0);
  for (int i = 0; i < 2; ++i) {
    auto result = generator->run(counted(server.url(), 50));
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->completed, 50u);
    EXPECT_EQ(result->errors[static_cast<std::size_t>(engine::ErrorClass::status)], 50u);
    EXPECT_EQ(result->latency.count(), 50u);
    ASSERT_FALSE(result->offences.empty());
    EXPECT_EQ(result->offences.front().answer, answer("hello", "404 Not Found"));
  }
}

TEST(Generator, TellsHowItGoesAndStopsWhenAsked) {
  ScriptedServer server(always(answer("x")));
  auto generator = Generator::start({0});
  ASSERT_TRUE(generator) << generator.error().what;
  auto plan = counted(server.url(), 1);
  plan.requests.reset();
  plan.duration_s = 3600;
  bool progressed = false;
  auto result = generator->run(
      plan, [&](const Progress& progress) { progressed = progressed || progress.completed > 0; },
      [&] { return progressed; });
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_TRUE(result->interrupted);
  EXPECT_GT(result->succeeded, 0u);
}

TEST(Generator, HandsTheEnginesFailuresOver) {
  auto generator = Generator::start({});
  ASSERT_TRUE(generator);
  auto unreachable = generator->run(counted("http://127.0.0.1:1/", 1));
  ASSERT_FALSE(unreachable);
  EXPECT_EQ(unreachable.error().code, ExitCode::environment);
  EXPECT_FALSE(unreachable.error().remedy.empty());
  auto bad = generator->run(counted("127.0.0.1", 1));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ExitCode::usage);
}

TEST(Generator, ItsDeathIsAnError) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_close(); });
  auto generator = Generator::start({});
  ASSERT_TRUE(generator);
  const pid_t pid = generator->pid();
  auto result = generator->run(counted(server.url(), 1), {}, [pid] {
    ::kill(pid, SIGKILL);
    return false;
  });
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("signal 9"), std::string::npos) << result.error().what;
  EXPECT_FALSE(generator->run(counted(server.url(), 1)));
}

TEST(Generator, EndsWithItsOwner) {
  pid_t pid = 0;
  {
    auto generator = Generator::start({});
    ASSERT_TRUE(generator);
    pid = generator->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Generator, AProgramThatCannotRunIsToldAtTheStart) {
  const auto missing = Generator::start({}, "/nowhere/shootout");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ExitCode::environment);
  EXPECT_FALSE(Generator::start({1000}));
}

// ---- documents ----

engine::LoadResult sample(std::uint64_t requests) {
  engine::LoadResult result;
  result.url = "http://h/\xff";
  result.duration_s = 2;
  result.started = result.completed = result.succeeded = result.completed_in_window = requests;
  result.status[200] = requests;
  result.bytes_received = result.bytes_received_in_window = 100 * requests;
  for (std::uint64_t i = 1; i <= requests; ++i) result.latency.record(static_cast<std::int64_t>(i) * 1000);
  result.service = result.latency;
  result.threads.push_back({.mean = 10, .stdev = 1, .max = 12});
  result.series.push_back(
      {.t_s = 1, .completed = requests, .errors = 0, .bytes_received = 5, .p50_us = 3, .p99_us = 9});
  result.offences.push_back({engine::ErrorClass::protocol, "illegal", std::string("a\0\xfe\r\n", 5)});
  result.reasons = {"spoiled"};
  result.wall_s = 2;
  result.concurrency_mean = 3;
  result.waited_in_window_s = 6;
  return result;
}

TEST(LoadDocument, HasTheContractsNames) {
  const auto document = load_document(sample(2000));
  EXPECT_EQ(document.at("schema"), "shootout.load/1");
  EXPECT_EQ(document.at("valid"), false);
  EXPECT_EQ(document.at("requests").at("started"), 2000);
  EXPECT_EQ(document.at("throughput").at("requests_per_second"), 1000);
  EXPECT_EQ(document.at("status").at("200"), 2000);
  EXPECT_EQ(document.at("errors").size(), 11u);
  EXPECT_NEAR(document.at("latency_us").at("p99").get<double>(), 1980, 1);
  EXPECT_EQ(document.at("latency_us"), document.at("service_us"));
  EXPECT_EQ(document.at("threads").at(0).at("requests_per_second").at("max"), 12);
  EXPECT_EQ(document.at("generator").at("littles_law_error"), 0);
  EXPECT_FALSE(document.contains("websocket"));
  EXPECT_NO_THROW(static_cast<void>(document.dump()));
}

TEST(LoadDocument, ShowsQuantilesOnlyWithTenValuesBeyond) {
  const auto has = [](std::uint64_t n, const char* quantile) {
    return load_document(sample(n)).at("latency_us").contains(quantile);
  };
  EXPECT_TRUE(has(1, "p50"));
  EXPECT_FALSE(has(0, "p50"));
  EXPECT_FALSE(has(199, "p95"));
  EXPECT_TRUE(has(200, "p95"));
  EXPECT_FALSE(has(999, "p99"));
  EXPECT_TRUE(has(1000, "p99"));
  EXPECT_FALSE(has(9999, "p99_9"));
  EXPECT_TRUE(has(10000, "p99_9"));
}

TEST(LoadDocument, WhatWasNotTakenIsAbsent) {
  const auto document = load_document(engine::LoadResult{});
  EXPECT_FALSE(document.at("throughput").contains("requests_per_second"));
  EXPECT_FALSE(document.at("generator").contains("cpu_user_s"));
  EXPECT_FALSE(document.at("connections").contains("open_s"));
  EXPECT_FALSE(document.at("latency_us").contains("mean"));
}

TEST(Transport, CarriesTheWholeResult) {
  const auto original = sample(500);
  const auto text = to_json(original).dump();
  const auto carried = load_result_from_json(nlohmann::json::parse(text));
  ASSERT_TRUE(carried) << carried.error().what;
  EXPECT_EQ(to_json(*carried).dump(), text);
  EXPECT_EQ(carried->url, original.url);
  EXPECT_EQ(carried->offences.front().answer, original.offences.front().answer);
  EXPECT_EQ(carried->latency.filled_buckets(), original.latency.filled_buckets());
  EXPECT_EQ(carried->status, original.status);
  EXPECT_EQ(load_document(*carried), load_document(original));
}

TEST(Transport, CarriesTheWholePlan) {
  engine::LoadPlan plan = counted("http://h/", 7);
  plan.method = "POST";
  plan.body = std::string("\0\x80\xff", 3);
  plan.headers = {{"A", "\xc3\xa9"}, {"A", "b"}};
  plan.accepted_status = {201};
  plan.checks = {{engine::Check::Kind::json_equals, "/a", "1"}};
  plan.cpus = {1, 0};
  plan.timeout_s = 0.125;
  const auto carried = load_plan_from_json(nlohmann::json::parse(to_json(plan).dump()));
  ASSERT_TRUE(carried) << carried.error().what;
  EXPECT_EQ(to_json(*carried), to_json(plan));
  EXPECT_EQ(carried->body, plan.body);
  EXPECT_EQ(carried->headers, plan.headers);
  EXPECT_EQ(carried->requests, plan.requests);
  EXPECT_FALSE(carried->duration_s);
  EXPECT_EQ(carried->checks.front().kind, engine::Check::Kind::json_equals);
}

TEST(Transport, RefusesWhatIsNoneOfThem) {
  EXPECT_FALSE(load_result_from_json({}));
  EXPECT_FALSE(load_plan_from_json({{"url", 5}}));
  auto broken = to_json(sample(5));
  broken["latency"]["buckets"] = {{99999999, 1}};
  EXPECT_FALSE(load_result_from_json(broken));
}

TEST(ByteText, KeepsEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(bytes_of_text(text_of_bytes(all)), all);
  EXPECT_EQ(text_of_bytes("plain"), "plain");
  EXPECT_EQ(bytes_of_text("\xe2\x82\xac!"), "?!");
}

}  // namespace
}  // namespace shootout::generator

// The test starts itself as the generator process.
int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "__generator") {
    return shootout::generator::generator_main(std::atoi(argv[2]));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
