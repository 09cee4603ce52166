#include "trial/phases.h"

#include <gtest/gtest.h>

namespace shootout::trial {
namespace {

using Role = suite::Phase::Role;

// 10 connections, 500 for a second, and back; the series has an interval of 0.5 s.
struct Spike : testing::Test {
  suite::Cell cell;
  engine::LoadResult result;

  Spike() {
    cell.phases = {
        {"10", 10, 1, Role::ramp}, {"500", 500, 1, Role::hold}, {"10 again", 10, 2, Role::cool_down}};
    for (const auto& phase : cell.phases) {
      engine::StageResult stage;
      stage.from = stage.to = phase.connections;
      stage.begin_s = result.duration_s;
      stage.end_s = result.duration_s += phase.seconds;
      stage.started = 2000;
      stage.completed = 1990;
      stage.errors.front() = 10;
      stage.completed_in_stage = 1900;
      for (int i = 0; i < 2000; ++i) stage.latency.record(phase.connections == 500 ? 90'000'000 : 1'000'000);
      result.stages.push_back(std::move(stage));
    }
    result.started = 6000;
    result.succeeded = 5970;
  }

  void series(const std::vector<double>& p99s) {
    result.series.clear();
    for (const double p99 : p99s)
      result.series.push_back(
          {.t_s = 0.5 * static_cast<double>(result.series.size() + 1), .completed = 100, .p99_us = p99});
  }
};

TEST_F(Spike, EachPhaseIsTold) {
  const auto phases = phases_json(result, cell);
  ASSERT_EQ(phases.size(), 3U);
  EXPECT_EQ(phases[1]["name"], "500");
  EXPECT_EQ(phases[1]["role"], "hold");
  EXPECT_EQ(phases[1]["connections"], 500);
  EXPECT_EQ(phases[2]["role"], "cool_down");
  EXPECT_DOUBLE_EQ(phases[1]["begin_s"].get<double>(), 1);
  EXPECT_EQ(phases[1]["errors"], 10);
  EXPECT_NEAR(phases[1]["p99_us"].get<double>(), 90'000, 900);
  EXPECT_DOUBLE_EQ(phases[2]["requests_per_second"].get<double>(), 950);
}

TEST_F(Spike, AQuantileOfTooFewIsNotTold) {
  result.stages[0].latency = {};
  for (int i = 0; i < 500; ++i) result.stages[0].latency.record(1'000'000);
  EXPECT_FALSE(phases_json(result, cell)[0].contains("p99_us"));
}

TEST_F(Spike, ItIsOverWhenP99IsBackTwiceInARow) {
  series({1000, 1000, 90'000, 90'000, 50'000, 1'090, 4'000, 1'050, 1'000});
  Metrics metrics;
  add_spike_metrics(result, cell, metrics);
  EXPECT_DOUBLE_EQ(metrics.at("shed"), 30);
  EXPECT_DOUBLE_EQ(metrics.at("hold_requests_per_second"), 1900);
  EXPECT_NEAR(metrics.at("hold_p99_us"), 90'000, 900);
  EXPECT_DOUBLE_EQ(metrics.at("recovery_s"),
                   2);  // the highest level ends after 2 s, the first calm half second at 4
}

TEST_F(Spike, WhoNeverComesBackHasNoTime) {
  series({1000, 1000, 90'000, 90'000, 50'000, 1'200, 4'000, 1'150});
  Metrics metrics;
  add_spike_metrics(result, cell, metrics);
  EXPECT_FALSE(metrics.contains("recovery_s"));
}

TEST(MemoryKept, IsWhatTheEndHasMore) {
  Metrics metrics{{"rss_start_bytes", 10}, {"rss_end_bytes", 30}};
  add_memory_kept(metrics);
  EXPECT_DOUBLE_EQ(metrics.at("memory_kept_bytes"), 20);
  metrics["pss_start_bytes"] = 9;
  metrics["pss_end_bytes"] = 4;
  add_memory_kept(metrics);
  EXPECT_DOUBLE_EQ(metrics.at("memory_kept_bytes"), -5);
  Metrics none{{"rss_start_bytes", 10}};
  add_memory_kept(none);
  EXPECT_FALSE(none.contains("memory_kept_bytes"));
}

}  // namespace
}  // namespace shootout::trial
