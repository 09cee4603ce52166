#include "trial/rows.h"

#include <gtest/gtest.h>

namespace shootout::trial {
namespace {

engine::LoadResult answered(std::uint64_t started, std::uint64_t succeeded) {
  engine::LoadResult result;
  result.started = started;
  result.succeeded = succeeded;
  result.completed_settling = 5;
  result.completed_in_window = succeeded - 2;
  result.completed_draining = 2;
  return result;
}

TEST(Rows, EveryAnswerClaimsItsRows) {
  Metrics metrics;
  add_row_metrics({100, {}}, {210, {}}, {"items", 1, 0}, answered(105, 105), metrics);
  EXPECT_DOUBLE_EQ(metrics.at("rows_read"), 110);
  EXPECT_DOUBLE_EQ(metrics.at("rows_read_claimed"), 110);
  EXPECT_FALSE(metrics.contains("rows_written"));
}

TEST(Rows, WhereSomethingFailedOnlyTheWindowIsClaimed) {
  Metrics metrics;
  add_row_metrics({{}, 0}, {{}, 101}, {"entries", 0, 2}, answered(105, 100), metrics);
  EXPECT_DOUBLE_EQ(metrics.at("rows_written"), 101);
  EXPECT_DOUBLE_EQ(metrics.at("rows_written_claimed"), 200);
}

TEST(Rows, WhatIsNotCountedIsNotTold) {
  Metrics metrics;
  add_row_metrics({}, {}, {"items", 1, 0}, answered(10, 10), metrics);
  EXPECT_TRUE(metrics.empty());
}

}  // namespace
}  // namespace shootout::trial
