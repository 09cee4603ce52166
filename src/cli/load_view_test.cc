#include "cli/load_view.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/load_metrics.h"
#include "cli/load_text.h"
#include "engine/clock.h"

namespace shootout::cli {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void expect_80_columns(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    EXPECT_LE(display_width(std::string_view(text).substr(at, end - at)), 80u) << text.substr(at, end - at);
    at = end + 1;
  }
}

/// An hour's worth of large figures, so that lines are as long as they get.
engine::LoadResult large_open_loop() {
  engine::LoadResult result;
  result.url = "https://h/";
  result.duration_s = 3600;
  result.started = 3'600'001'000, result.completed = result.succeeded = 3'600'000'000;
  result.completed_in_window = result.completed;
  result.bytes_received_in_window = 900'000'000'000;
  result.unanswered = 1'000, result.never_sent = 900;
  for (int i = 0; i < 20'000; ++i) {
    result.latency.record(i * 100'000);
    result.service.record(i * 10'000);
    result.lateness.record(i);
  }
  result.unanswered_wait.record(5 * engine::kSecond);
  result.connections_opened = 8000, result.open_s = 1.25, result.connections_never_served = 12;
  result.threads = {{.mean = 100, .stdev = 0, .max = 120, .intervals = {}},
                    {.mean = 300, .stdev = 0, .max = 320, .intervals = {}}};
  for (int i = 1; i <= 3600; ++i) {
    engine::SeriesPoint point;
    point.t_s = i;
    point.completed = i % 2 == 0 ? 1'000'000 : 999'000;
    result.series.push_back(point);
  }
  result.stages = {{.from = 100,
                    .to = 100,
                    .begin_s = 0,
                    .end_s = 1800,
                    .started = 5,
                    .completed = 5,
                    .unanswered = 0,
                    .errors = {},
                    .completed_in_stage = 180'000,
                    .latency = result.latency},
                   {.from = 100,
                    .to = 999'999,
                    .begin_s = 1800,
                    .end_s = 3600,
                    .started = 5,
                    .completed = 5,
                    .unanswered = 1'000,
                    .errors = {12'345},
                    .completed_in_stage = 5,
                    .latency = {}}};
  result.tls = engine::TlsSummary{.version = "TLSv1.3",
                                  .cipher = "TLS_AES_256_GCM_SHA384",
                                  .protocol = "http/1.1",
                                  .handshakes = 8000,
                                  .resumed = 7999};
  result.offered_rps = 1'000'000, result.sent_rps = 999'999;
  result.wall_s = 3600, result.cpu_user_s = 1000, result.cpu_system_s = 3000, result.spin_s = 400;
  result.max_rss_bytes = 21'000'000, result.concurrency_mean = 1234.5,
  result.waited_in_window_s = 3600 * 1234.5;
  return result;
}

engine::LoadPlan open_plan() {
  engine::LoadPlan plan;
  plan.stages_are_rates = true;
  plan.stages = {{.from = 100, .to = 100, .duration_s = 1800}};
  return plan;
}

TEST(LoadView, NamesErrorsAndBeginsWithWhatSpoiledIt) {
  engine::LoadPlan plan;
  engine::LoadResult result;
  result.url = "http://h/";
  result.duration_s = 1;
  result.started = 3;
  result.errors[static_cast<std::size_t>(engine::ErrorClass::protocol)] = 3;
  result.offences.push_back({engine::ErrorClass::protocol, "a bare\nLF", ""});
  result.reasons = {"too busy"};
  const std::string text = load_summary(plan, result, {});
  EXPECT_TRUE(has(text, "3 protocol: a bare\\x0aLF")) << text;
  EXPECT_TRUE(text.starts_with("not valid: too busy\n"));
  EXPECT_TRUE(has(text, "no request was answered"));
  EXPECT_FALSE(has(text, "\033"));
  EXPECT_TRUE(load_summary(plan, result, {.all_percentiles = false, .colour = true})
                  .starts_with("\033[31mnot valid"));
}

TEST(LoadView, ThePercentilesNeedValuesBeyond) {
  engine::LoadResult result;
  for (int i = 0; i < 150; ++i) result.latency.record(engine::kMillisecond);
  const std::string text = load_summary({}, result, {});
  EXPECT_TRUE(has(text, "p90"));
  EXPECT_FALSE(has(text, "p95"));
  EXPECT_TRUE(has(text, "1.00 ms to 1.25 ms  ████")) << text;
}

TEST(LoadView, AnOpenLoopShowsServiceTimeAndHowLateItWas) {
  const std::string text = load_summary(open_plan(), large_open_loop(), {});
  expect_80_columns(text);
  for (const char* told :
       {"  service ", "1,000 (900 never sent: no connection was free)",
        "they had waited 5.00 s (p50), at most 5.00 s", "8,000 opened in 1.25 s, 12 never served",
        "2 threads, 3,600 s\n", "succeeded (> 99.99 %)", "TLSv1.3, TLS_AES_256_GCM_SHA384, http/1.1",
        "8,000 handshakes, 7,999 resumed", "200 requests/s, stdev 100, max 320",
        "1,000,000/s, sent 999,999/s", "sent late by  p50 10.0 us, p99 19.8 us, max 20.0 us",
        "21.0 MB, 50 % of a core a thread and 6 % spinning", "1234.5 on average, Little's law to 0 %",
        "100..999999", "999,000 to 1,000,000 a second", "planned/s"})
    EXPECT_TRUE(has(text, told)) << told << " in\n" << text;
  EXPECT_FALSE(has(text, "closed loop"));
  expect_80_columns(load_summary(open_plan(), large_open_loop(), {.all_percentiles = true, .colour = true}));
}

TEST(LoadView, AClosedLoopSaysWhosePaceItWas) {
  engine::LoadResult result;
  result.completed = 1;
  result.latency.record(engine::kMillisecond);
  const std::string text = load_summary({}, result, {});
  EXPECT_TRUE(has(text, "closed loop")) << text;
  EXPECT_FALSE(has(text, "  service "));
  EXPECT_FALSE(has(text, "each thread"));
  EXPECT_FALSE(has(text, "\n  rate "));
  expect_80_columns(text);
}

TEST(LoadMetrics, AreTheResultsFigures) {
  const auto result = large_open_loop();
  EXPECT_EQ(load_metric(result, "started"), 3'600'001'000);
  EXPECT_EQ(load_metric(result, "never_sent"), 900);
  EXPECT_EQ(load_metric(result, "errors"), 0);
  EXPECT_EQ(load_metric(result, "errors.timeout"), 0);
  EXPECT_EQ(load_metric(result, "requests_per_second"), 1e6);
  EXPECT_EQ(load_metric(result, "bytes_per_second"), 2.5e8);
  EXPECT_EQ(load_metric(result, "p99"), result.latency.quantile(0.99));
  EXPECT_EQ(load_metric(result, "p99.9"), result.latency.quantile(0.999));
  EXPECT_EQ(load_metric(result, "service.max"), result.service.max());
  EXPECT_EQ(load_metric(result, "stdev"), result.latency.stdev());
}

TEST(LoadMetrics, WhatWasNotTakenIsNothing) {
  const auto result = large_open_loop();
  for (const char* none :
       {"first_byte.p50", "first_byte.mean", "p99.99", "errors.nothing", "nothing", "p", "service"})
    EXPECT_FALSE(load_metric(result, none)) << none;
  EXPECT_FALSE(load_metric({}, "requests_per_second"));
  engine::LoadResult one;
  one.latency.record(1000);
  EXPECT_EQ(load_metric(one, "p50"), 1);
  EXPECT_EQ(load_metric(one, "max"), 1);
  EXPECT_FALSE(load_metric(one, "stdev"));
}

}  // namespace
}  // namespace shootout::cli
