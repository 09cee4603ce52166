#include "generator/load_document.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/clock.h"

namespace shootout::generator {
namespace {

using engine::ErrorClass;

engine::LoadResult closed_loop(std::uint64_t requests) {
  engine::LoadResult result;
  result.url = "http://h/";
  result.address = "127.0.0.1:80";
  result.duration_s = 2;
  result.started = result.completed = result.succeeded = result.completed_in_window = requests;
  result.status[200] = requests;
  result.bytes_received = result.bytes_received_in_window = 100 * requests;
  for (std::uint64_t i = 1; i <= requests; ++i) result.latency.record(static_cast<std::int64_t>(i) * 1000);
  result.service = result.latency;
  result.threads.push_back({.mean = 10, .stdev = 1, .max = 12, .intervals = {9, 11}});
  result.reasons = {"spoiled"};
  result.wall_s = 2;
  result.spin_s = 0.5;
  result.concurrency_mean = 3;
  result.waited_in_window_s = 6;
  return result;
}

engine::LoadResult open_loop() {
  auto result = closed_loop(2000);
  result.offered_rps = 1010;
  result.sent_rps = 1005;
  for (int i = 0; i < 100; ++i) result.lateness.record(3000);
  result.unanswered = 1;
  result.never_sent = 1;
  result.unanswered_wait.record(engine::kSecond);
  result.waiting_at_end.record(2 * engine::kSecond);
  result.errors_before[0] = 3;
  engine::StageResult stage{.from = 10,
                            .to = 1000,
                            .begin_s = 0,
                            .end_s = 2,
                            .started = 2001,
                            .completed = 2000,
                            .unanswered = 1,
                            .errors = {},
                            .completed_in_stage = 1900,
                            .latency = result.latency};
  result.stages.push_back(stage);
  return result;
}

TEST(LoadDocument, HasTheContractsNames) {
  const auto document = load_document(closed_loop(2000));
  EXPECT_EQ(document.at("schema"), "shootout.load/1");
  EXPECT_EQ(document.at("valid"), false);
  EXPECT_EQ(document.at("address"), "127.0.0.1:80");
  EXPECT_EQ(document.at("requests").at("started"), 2000);
  EXPECT_EQ(document.at("requests").at("never_sent"), 0);
  EXPECT_EQ(document.at("throughput").at("requests_per_second"), 1000);
  EXPECT_EQ(document.at("status").at("200"), 2000);
  EXPECT_EQ(document.at("errors").size(), 11u);
  EXPECT_NEAR(document.at("latency_us").at("p99").get<double>(), 1980, 1);
  EXPECT_EQ(document.at("latency_us"), document.at("service_us"));
  EXPECT_EQ(document.at("threads").at(0).at("requests_per_second").at("max"), 12);
  EXPECT_EQ(document.at("threads").at(0).at("requests_per_second").at("within_1_stdev"), 1);
  EXPECT_EQ(document.at("generator").at("littles_law_error"), 0);
  EXPECT_EQ(document.at("generator").at("achieved_rps"), 1000);
  EXPECT_EQ(document.at("generator").at("spin_s"), 0.5);
  EXPECT_NO_THROW(static_cast<void>(document.dump()));
}

TEST(LoadDocument, ShowsQuantilesOnlyWithTenValuesBeyond) {
  const auto has = [](std::uint64_t n, const char* quantile) {
    return load_document(closed_loop(n)).at("latency_us").contains(quantile);
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
  EXPECT_FALSE(document.at("generator").contains("spin_s"));
  EXPECT_FALSE(document.at("connections").contains("open_s"));
  EXPECT_FALSE(document.at("latency_us").contains("mean"));
  for (const char* own : {"websocket", "tls", "stages", "unanswered_wait_us", "waiting_at_end_us",
                          "errors_before_window", "address"})
    EXPECT_FALSE(document.contains(own)) << own;
}

TEST(LoadDocument, AnOpenLoopTellsWhatWasOfferedAndHowLate) {
  const auto document = load_document(open_loop());
  const auto& generator = document.at("generator");
  EXPECT_EQ(generator.at("offered_rps"), 1010);
  EXPECT_EQ(generator.at("achieved_rps"), 1005);
  EXPECT_EQ(generator.at("lateness_us").at("max"), 3);
  EXPECT_FALSE(generator.at("lateness_us").contains("p99"));
  EXPECT_EQ(document.at("requests").at("never_sent"), 1);
  EXPECT_EQ(document.at("unanswered_wait_us").at("max"), 1e6);
  EXPECT_EQ(document.at("waiting_at_end_us").at("max"), 2e6);
  EXPECT_EQ(document.at("errors_before_window").dump(), R"({"resolve":3})");
  EXPECT_FALSE(load_document(closed_loop(10)).at("generator").contains("lateness_us"));
}

TEST(LoadDocument, StagesHaveTheirOwnFigures) {
  auto result = open_loop();
  result.stages[0].errors[static_cast<std::size_t>(ErrorClass::reset)] = 3;
  result.stages[0].errors[static_cast<std::size_t>(ErrorClass::timeout)] = 1;
  auto stage = load_document(result).at("stages").at(0);
  EXPECT_EQ(stage.at("level"), "requests_per_second");
  EXPECT_EQ(stage.at("to"), 1000);
  EXPECT_EQ(stage.at("completed"), 2000);
  EXPECT_EQ(stage.at("errors"), 4);
  EXPECT_EQ(stage.at("errors_by_class"), nlohmann::json({{"reset", 3}, {"timeout", 1}}));
  EXPECT_EQ(stage.at("latency_us").at("count"), 2000);
  result.offered_rps.reset();
  EXPECT_EQ(load_document(result).at("stages").at(0).at("level"), "connections");
}

TEST(LoadDocument, ThePointsOfASeriesNameTheErrorsThatOccurred) {
  engine::LoadResult result;
  engine::SeriesPoint first{.t_s = 1,
                            .completed = 1000,
                            .errors = {},
                            .bytes_sent = 7,
                            .bytes_received = 5,
                            .connections = 3,
                            .p50_us = 3,
                            .p99_us = 9};
  first.errors[static_cast<std::size_t>(ErrorClass::timeout)] = 2;
  const engine::SeriesPoint second{.t_s = 1.5,
                                   .completed = 100,
                                   .errors = {},
                                   .bytes_sent = 0,
                                   .bytes_received = 0,
                                   .connections = 3,
                                   .p50_us = 4,
                                   .p99_us = 9};
  result.series = {first, second};
  const auto series = load_document(result).at("series");
  EXPECT_EQ(series.at(0).at("errors"), nlohmann::json({{"timeout", 2}}));
  EXPECT_EQ(series.at(1).at("errors"), nlohmann::json::object());
  EXPECT_EQ(series.at(0).at("requests_per_second"), 1000);
  EXPECT_EQ(series.at(1).at("requests_per_second"), 200);
  EXPECT_EQ(series.at(0).at("connections"), 3);
  EXPECT_TRUE(series.at(0).contains("p99_us"));
  EXPECT_FALSE(series.at(1).contains("p99_us"));
}

TEST(LoadDocument, TlsAndWebSocketAreThereWhereTheyWereUsed) {
  auto result = closed_loop(10);
  result.tls =
      engine::TlsSummary{.version = "TLSv1.3", .cipher = "C", .protocol = "", .handshakes = 4, .resumed = 3};
  result.websocket = true;
  const auto document = load_document(result);
  EXPECT_EQ(document.at("tls").at("version"), "TLSv1.3");
  EXPECT_EQ(document.at("tls").at("resumed"), 3);
  EXPECT_FALSE(document.at("tls").contains("protocol"));
  EXPECT_EQ(document.at("websocket").at("messages"), 10);
  EXPECT_EQ(document.at("websocket").at("round_trips_per_second"), 5);
}

}  // namespace
}  // namespace shootout::generator
