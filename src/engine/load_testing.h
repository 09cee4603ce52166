// For the tests: plans, and what must hold of every result.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "engine/load.h"

namespace shootout::engine::testing {

inline LoadPlan counted(const std::string& url, std::uint64_t requests, unsigned connections = 4,
                        unsigned threads = 2) {
  LoadPlan plan;
  plan.url = url;
  plan.requests = requests;
  plan.connections = connections;
  plan.threads = threads;
  return plan;
}

inline std::uint64_t errors(const LoadResult& result, ErrorClass error) {
  return result.errors[static_cast<std::size_t>(error)];
}

/// What must hold of every result.
inline void expect_identities(const LoadResult& result) {
  const std::uint64_t whole_but_wrong =
      errors(result, ErrorClass::status) + errors(result, ErrorClass::check);
  EXPECT_EQ(result.started, result.completed + result.unanswered + result.error_count() - whole_but_wrong);
  EXPECT_EQ(result.completed, result.succeeded + whole_but_wrong);
  std::uint64_t statuses = 0;
  for (const auto& [code, count] : result.status) statuses += count;
  EXPECT_EQ(statuses, result.completed);
  EXPECT_EQ(result.latency.count(),
            result.completed + result.unanswered + errors(result, ErrorClass::timeout));
  EXPECT_EQ(result.first_byte.count(), result.completed);
  EXPECT_EQ(result.service.count(), result.latency.count() - result.never_sent);
  EXPECT_EQ(result.unanswered_wait.count(), result.unanswered);
  std::uint64_t in_seconds = 0;
  for (const auto& second : result.series) in_seconds += second.completed;
  EXPECT_EQ(in_seconds, result.completed_in_window);
  EXPECT_LT(result.littles_law_error(), 0.001);
}

inline LoadResult run(const LoadPlan& plan, const RunControl& control = {}) {
  auto result = run_load(plan, control);
  EXPECT_TRUE(result) << result.error().what;
  if (!result) return {};
  expect_identities(*result);
  return std::move(*result);
}

inline void expect_only_error(const LoadResult& result, ErrorClass error, std::uint64_t count) {
  EXPECT_EQ(errors(result, error), count);
  EXPECT_EQ(result.error_count(), count);
  EXPECT_FALSE(result.offences.empty());
}

}  // namespace shootout::engine::testing
