#include <gtest/gtest.h>

#include <string>

#include "generator/byte_text.h"
#include "generator/load_document.h"
#include "generator/transport_members.h"

namespace shootout::generator {
namespace {

using engine::ErrorClass;
using nlohmann::json;

const std::string kBytes("a\0\xfe\r\n\x80", 6);

engine::LoadPlan full_plan() {
  engine::LoadPlan plan;
  plan.url = "https://h/\xff";
  plan.unix_socket = "/run/s";
  plan.mix = {{.weight = 0.5,
               .method = "POST",
               .target = "/{id:1..9}",
               .headers = {{"A", "\xc3\xa9"}, {"A", "b"}},
               .body = {.kind = engine::BodyPlan::Kind::text,
                        .text = kBytes,
                        .size = 0,
                        .variants = 1,
                        .field = "",
                        .file_name = ""}},
              {.weight = 2,
               .method = "PUT",
               .target = "",
               .headers = {},
               .body = {.kind = engine::BodyPlan::Kind::multipart,
                        .text = "",
                        .size = 5'000'000'000,
                        .variants = 7,
                        .field = "f",
                        .file_name = "n"}}};
  plan.websocket = {.message = "m", .size = 9, .binary = true, .in_flight = 8, .fragment = 3, .echo = false};
  plan.tls = {.verify = false, .authorities = "/ca.pem", .server_name = "other", .resume = false};
  plan.connections = 77;
  plan.threads = 3;
  plan.duration_s = 12.5;
  plan.requests = 7;
  plan.requests_per_connection = 9;
  plan.stages = {{.from = 1, .to = 2.5, .duration_s = 3}, {.from = 4, .to = 4, .duration_s = 5}};
  plan.rate = 0.1;
  plan.stages_are_rates = true;
  plan.arrivals = engine::Arrivals::constant;
  plan.settle_s = 0.25;
  plan.opened_per_second = 1000;
  plan.timeout_s = 0.125;
  plan.connect_timeout_s = 3;
  plan.accepted_status = {201, 404};
  plan.checks = {{.kind = engine::Check::Kind::json_equals, .name = "/a", .expected = "1"},
                 {.kind = engine::Check::Kind::body_sha256, .name = "", .expected = "{body.sha256}"}};
  plan.checked_share = 0.1;
  plan.seed = 0xffff'ffff'ffff'fff1;
  plan.cpus = {1, 0};
  plan.series_interval_s = 0.1;
  return plan;
}

engine::Histogram of(std::int64_t first) {
  engine::Histogram histogram;
  for (std::int64_t i = 0; i < 50; ++i) histogram.record(first + i * i * 1001);
  return histogram;
}

engine::LoadResult full_result() {
  engine::LoadResult result;
  result.url = "http://h/\xff";
  result.address = "[::1]:80";
  result.duration_s = 2;
  result.drain_s = 0.5;
  result.started = 1, result.completed = 2, result.succeeded = 3, result.unanswered = 4,
  result.never_sent = 5;
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i)
    result.errors[i] = 100 + i, result.errors_before[i] = 200 + i;
  result.status = {{200, 6}, {404, 7}};
  result.bytes_sent = 8, result.bytes_received = 9;
  result.completed_in_window = 10, result.bytes_received_in_window = 11;
  result.connections_opened = 12, result.connections_never_served = 13, result.closed_by_server_idle = 14;
  result.completed_settling = 41, result.completed_draining = 42, result.waited_for_cpu_s = 0.5;
  result.open_s = 1.5, result.connections_never_opened = 43;
  result.latency = of(1000), result.service = of(900), result.first_byte = of(800);
  result.unanswered_wait = of(5'000'000'000), result.waiting_at_end = of(6'000'000'000);
  result.threads = {{.mean = 10, .stdev = 1, .max = 12, .intervals = {9, 11}},
                    {.mean = 11, .stdev = 2, .max = 13, .intervals = {}}};
  result.series = {{.t_s = 1,
                    .completed = 15,
                    .errors = result.errors,
                    .bytes_sent = 16,
                    .bytes_received = 17,
                    .connections = 18,
                    .p50_us = 19,
                    .p99_us = 20}};
  result.stages = {{.from = 21,
                    .to = 22,
                    .begin_s = 23,
                    .end_s = 24,
                    .started = 25,
                    .completed = 26,
                    .unanswered = 28,
                    .errors = result.errors,
                    .completed_in_stage = 29,
                    .latency = of(77)}};
  result.offences = {{.error = ErrorClass::protocol, .what = "illegal", .answer = kBytes}};
  result.tls = engine::TlsSummary{
      .version = "TLSv1.3", .cipher = "C", .protocol = "http/1.1", .handshakes = 30, .resumed = 31};
  result.websocket = true;
  result.offered_rps = 32.5, result.sent_rps = 33.5;
  result.lateness = of(12);
  result.spin_s = 0.1, result.cpu_user_s = 0.2, result.cpu_system_s = 0.3, result.wall_s = 0.4;
  result.max_rss_bytes = 34;
  result.concurrency_mean = 35, result.waited_in_window_s = 36;
  result.reasons = {"spoiled", "twice"};
  result.interrupted = true;
  return result;
}

/// Every member of `whole` has a value that its default has not: what the transport forgot would show.
template <class T>
void expect_nothing_is_at_its_default(const T& whole) {
  const json full = to_json(whole), plain = to_json(T{});
  ASSERT_EQ(full.size(), plain.size());
  for (const auto& [name, value] : full.items()) EXPECT_NE(value, plain.at(name)) << name;
}

TEST(Transport, CarriesTheWholePlan) {
  const auto original = full_plan();
  expect_nothing_is_at_its_default(original);
  const std::string text = to_json(original).dump();
  const auto carried = load_plan_from_json(json::parse(text));
  ASSERT_TRUE(carried) << carried.error().what;
  EXPECT_EQ(to_json(*carried).dump(), text);
  EXPECT_EQ(carried->url, original.url);
  EXPECT_EQ(carried->mix.at(0).body.text, kBytes);
  EXPECT_EQ(carried->mix.at(0).headers, original.mix.at(0).headers);
  EXPECT_EQ(carried->mix.at(1).body.kind, engine::BodyPlan::Kind::multipart);
  EXPECT_EQ(carried->mix.at(1).body.size, 5'000'000'000u);
  EXPECT_EQ(carried->seed, original.seed);
  EXPECT_EQ(carried->duration_s, original.duration_s);
  EXPECT_EQ(carried->arrivals, engine::Arrivals::constant);
  EXPECT_EQ(carried->checks.at(1).kind, engine::Check::Kind::body_sha256);
  EXPECT_EQ(carried->stages.at(0).to, 2.5);
  EXPECT_FALSE(carried->tls.resume);
  EXPECT_FALSE(carried->websocket.echo);
}

TEST(Transport, WhatIsNotGivenStaysSo) {
  const auto carried = load_plan_from_json(to_json(engine::LoadPlan{}));
  ASSERT_TRUE(carried) << carried.error().what;
  EXPECT_FALSE(carried->duration_s);
  EXPECT_FALSE(carried->requests);
  EXPECT_FALSE(carried->rate);
  EXPECT_EQ(carried->mix.size(), 1u);
  const auto result = load_result_from_json(to_json(engine::LoadResult{}));
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_FALSE(result->tls);
  EXPECT_FALSE(result->offered_rps);
  EXPECT_EQ(result->latency.count(), 0u);
}

TEST(Transport, CarriesTheWholeResult) {
  const auto original = full_result();
  expect_nothing_is_at_its_default(original);
  const std::string text = to_json(original).dump();
  const auto carried = load_result_from_json(json::parse(text));
  ASSERT_TRUE(carried) << carried.error().what;
  EXPECT_EQ(to_json(*carried).dump(), text);
  EXPECT_EQ(carried->url, original.url);
  EXPECT_EQ(carried->errors, original.errors);
  EXPECT_EQ(carried->errors_before, original.errors_before);
  EXPECT_EQ(carried->status, original.status);
  EXPECT_EQ(carried->offences.at(0).answer, kBytes);
  EXPECT_EQ(carried->offences.at(0).error, ErrorClass::protocol);
  EXPECT_EQ(carried->latency.filled_buckets(), original.latency.filled_buckets());
  EXPECT_EQ(carried->lateness.filled_buckets(), original.lateness.filled_buckets());
  EXPECT_EQ(carried->unanswered_wait.max(), original.unanswered_wait.max());
  EXPECT_EQ(carried->waiting_at_end.max(), original.waiting_at_end.max());
  EXPECT_EQ(carried->stages.at(0).latency.filled_buckets(), original.stages.at(0).latency.filled_buckets());
  EXPECT_EQ(carried->stages.at(0).errors, original.stages.at(0).errors);
  EXPECT_EQ(carried->series.at(0).errors, original.series.at(0).errors);
  EXPECT_EQ(carried->sent_rps, original.sent_rps);
  EXPECT_EQ(carried->tls->cipher, "C");
  EXPECT_EQ(load_document(*carried), load_document(original));
}

TEST(Transport, ItsNamesOfErrorsAreTheEngines) {
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i)
    EXPECT_EQ(kEnumerators<ErrorClass>[i], name(static_cast<ErrorClass>(i)));
}

TEST(Transport, RefusesWhatIsNoneOfThem) {
  EXPECT_FALSE(load_result_from_json({}));
  EXPECT_FALSE(load_plan_from_json({{"url", 5}}));
  auto result = to_json(full_result());
  result["latency"]["buckets"] = {{99999999, 1}};
  EXPECT_FALSE(load_result_from_json(result));
  result = to_json(full_result());
  result["offences"][0]["error"] = "bad luck";
  EXPECT_FALSE(load_result_from_json(result));
  auto plan = to_json(full_plan());
  plan.erase("seed");
  EXPECT_FALSE(load_plan_from_json(plan));
  plan = to_json(full_plan());
  plan["mix"] = "all";
  EXPECT_FALSE(load_plan_from_json(plan));
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
