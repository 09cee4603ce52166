#include "trial/wrk_metrics.h"

#include <gtest/gtest.h>

namespace shootout::trial {
namespace {

using engine::ErrorClass;

constexpr std::int64_t kMs = 1'000'000;  // nanoseconds

TEST(WrkMetrics, CountErrorsAsWrkDoes) {
  engine::LoadResult result;
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i) result.errors[i] = std::uint64_t{1} << i;
  result.errors_before[static_cast<std::size_t>(ErrorClass::connect)] = 7;
  result.errors_before[static_cast<std::size_t>(ErrorClass::timeout)] = 3;
  Metrics metrics;
  add_wrk_metrics(result, metrics);
  EXPECT_EQ(metrics.at("socket_errors_connect"), 1 + 2 + 4);  // resolve, connect, tls
  EXPECT_EQ(metrics.at("socket_errors_write"), 8);
  EXPECT_EQ(metrics.at("socket_errors_read"), 16 + 32 + 64 + 256);  // read, reset, closed, protocol
  EXPECT_EQ(metrics.at("socket_errors_timeout"), 128);
  EXPECT_EQ(metrics.at("errors_before_window"), 10);
}

TEST(WrkMetrics, TellWhatATimeoutOfTwoSecondsWouldHaveHidden) {
  engine::LoadResult result;
  for (int i = 0; i < 30; ++i) result.latency.record(100 * kMs);
  for (int i = 0; i < 10; ++i) result.latency.record(2500 * kMs);
  Metrics metrics;
  add_wrk_metrics(result, metrics);
  EXPECT_EQ(metrics.at("slower_than_2s"), 0.25);
}

TEST(WrkMetrics, TellWhoWasStillWaiting) {
  engine::LoadResult result;
  Metrics metrics;
  add_wrk_metrics(result, metrics);
  EXPECT_EQ(metrics.at("waiting_at_end"), 0);
  EXPECT_FALSE(metrics.contains("waited_at_end_max_us"));
  EXPECT_FALSE(metrics.contains("slower_than_2s"));  // nothing was answered
  EXPECT_EQ(metrics.at("waited_all_along"), 0);
  for (const int ms : {10, 20, 4000}) result.waiting_at_end.record(ms * kMs);
  result.duration_s = 2;
  result.connections_never_served = 2, result.connections_never_opened = 3;
  add_wrk_metrics(result, metrics);
  EXPECT_EQ(metrics.at("waiting_at_end"), 3);
  EXPECT_EQ(metrics.at("waited_all_along"), 1);
  EXPECT_NEAR(metrics.at("waited_at_end_p50_us"), 20e3, 20);
  EXPECT_EQ(metrics.at("waited_at_end_max_us"), 4e6);
  EXPECT_EQ(metrics.at("connections_never_served"), 2);
  EXPECT_EQ(metrics.at("connections_never_opened"), 3);
}

}  // namespace
}  // namespace shootout::trial
