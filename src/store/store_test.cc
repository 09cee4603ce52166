#include "store/store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "store/test_home.h"

namespace shootout::store {
namespace {

auto members(const GateFigure& gate) {
  return std::tie(gate.gate, gate.figure, gate.value, gate.threshold, gate.passed, gate.reason);
}

void expect_same(const TrialRecord& a, const TrialRecord& b) {
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.attempt, b.attempt);
  EXPECT_EQ(a.contender, b.contender);
  EXPECT_EQ(a.scenario, b.scenario);
  EXPECT_EQ(a.load, b.load);
  EXPECT_EQ(a.replicate, b.replicate);
  EXPECT_EQ(a.block, b.block);
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.started_at, b.started_at);
  EXPECT_EQ(a.valid, b.valid);
  EXPECT_EQ(a.reasons, b.reasons);
  EXPECT_EQ(a.metrics, b.metrics);
  EXPECT_EQ(a.load_result, b.load_result);
  EXPECT_EQ(a.observed, b.observed);
  EXPECT_EQ(a.log_file, b.log_file);
  EXPECT_EQ(a.run_s, b.run_s);
  ASSERT_EQ(a.gates.size(), b.gates.size());
  for (size_t i = 0; i < a.gates.size(); ++i) EXPECT_EQ(members(a.gates[i]), members(b.gates[i]));
}

TEST_F(StoreTest, ReadsWhatWasWritten) {
  {
    auto store = opened();
    ASSERT_TRUE(store.begin(run_named("r1")));
    ASSERT_TRUE(store.add("r1", trial_numbered(2)));
    ASSERT_TRUE(store.add("r1", trial_numbered(1)));
    ASSERT_TRUE(store.end("r1", RunState::interrupted, "2026-11-22T15:40:00Z"));
  }
  const auto run = opened().read("r1");
  ASSERT_TRUE(run) << run.error().what;
  const auto expected = run_named("r1");
  EXPECT_EQ(run->seed, expected.seed);
  EXPECT_EQ(run->suite, "io");
  EXPECT_EQ(run->profile, "quick");
  EXPECT_EQ(run->started_at, expected.started_at);
  EXPECT_EQ(run->ended_at, "2026-11-22T15:40:00Z");
  EXPECT_EQ(run->state, RunState::interrupted);
  EXPECT_EQ(run->suite_text, expected.suite_text);
  EXPECT_EQ(run->plan, expected.plan);
  EXPECT_EQ(run->machine, expected.machine);
  EXPECT_EQ(run->contenders, expected.contenders);
  ASSERT_EQ(run->trials.size(), 2u);
  expect_same(run->trials[0], trial_numbered(1));
  expect_same(run->trials[1], trial_numbered(2));
}

TEST_F(StoreTest, KeepsEveryAttemptOfATrial) {
  auto store = opened();
  ASSERT_TRUE(store.begin(run_named("r1")));
  auto second = trial_numbered(1);
  second.attempt = 2;
  second.valid = true;
  ASSERT_TRUE(store.add("r1", second));
  ASSERT_TRUE(store.add("r1", trial_numbered(1)));
  const auto run = store.read("r1");
  ASSERT_EQ(run->trials.size(), 2u);
  EXPECT_FALSE(run->trials[0].valid);
  EXPECT_TRUE(run->trials[1].valid);
  EXPECT_EQ(store.list()->at(0).trials, 1) << "of 12 planned";

  const auto twice = store.add("r1", second);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ExitCode::internal);
}

TEST_F(StoreTest, WhatJsonCannotHoldCostsNoTrial) {
  auto store = opened();
  ASSERT_TRUE(store.begin(run_named("r1")));
  auto trial = trial_numbered(1);
  trial.metrics["latency_p99_us"] = std::numeric_limits<double>::quiet_NaN();
  trial.reasons = {"the server said \xff"};
  trial.gates.at(0).value = std::numeric_limits<double>::infinity();
  ASSERT_TRUE(store.add("r1", trial));
  const auto run = store.read("r1");
  ASSERT_TRUE(run) << run.error().what;
  EXPECT_EQ(run->trials.at(0).metrics, trial_numbered(1).metrics);
  EXPECT_EQ(run->trials[0].reasons.at(0), "the server said \xef\xbf\xbd");
  EXPECT_TRUE(std::isnan(run->trials[0].gates.at(0).value));
  EXPECT_EQ(run->trials[0].gates[0].threshold, 10);
}

TEST_F(StoreTest, ARunThatGoesOnIsRunningAgain) {
  auto store = opened();
  ASSERT_TRUE(store.begin(run_named("r1")));
  ASSERT_TRUE(store.end("r1", RunState::interrupted, "2026-11-22T15:40:00Z"));
  ASSERT_TRUE(store.end("r1", RunState::running, ""));
  EXPECT_EQ(store.read("r1")->state, RunState::running);
}

TEST_F(StoreTest, ListsTheNewestFirst) {
  auto store = opened();
  ASSERT_TRUE(store.begin(run_named("r1", "2026-11-20T00:00:00Z")));
  ASSERT_TRUE(store.begin(run_named("r3", "2026-11-22T00:00:00Z")));
  ASSERT_TRUE(store.begin(run_named("r2", "2026-11-21T00:00:00Z")));
  ASSERT_TRUE(store.add("r2", trial_numbered(1)));
  const auto lines = store.list();
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 3u);
  EXPECT_EQ(lines->at(0).id, "r3");
  EXPECT_EQ(lines->at(1).id, "r2");
  EXPECT_EQ(lines->at(1).trials, 1);
  EXPECT_EQ(lines->at(1).planned, 12);
  EXPECT_EQ(lines->at(1).contenders, 2);
  EXPECT_EQ(lines->at(1).machine.at("cores"), 2);
  EXPECT_EQ(lines->at(1).state, RunState::running);
  EXPECT_EQ(lines->at(2).id, "r1");
}

TEST_F(StoreTest, FindsByBeginningAndLast) {
  auto store = opened();
  EXPECT_EQ(store.find("last").error().what, "there is no run 'last': there are no runs yet");
  ASSERT_TRUE(store.begin(run_named("2026-11-22-153012-io-4f2a", "2026-11-22T15:30:12Z")));
  ASSERT_TRUE(store.begin(run_named("2026-11-22-160000-io-77aa", "2026-11-22T16:00:00Z")));
  ASSERT_TRUE(store.begin(run_named("2026-11-21-090000-io-0001", "2026-11-21T09:00:00Z")));
  EXPECT_EQ(store.find("last"), "2026-11-22-160000-io-77aa");
  EXPECT_EQ(store.find("2026-11-21"), "2026-11-21-090000-io-0001");
  EXPECT_EQ(store.find("2026-11-22-153012-io-4f2a"), "2026-11-22-153012-io-4f2a");

  const auto two = store.find("2026-11-22");
  EXPECT_EQ(two.error().what,
            "'2026-11-22' begins the ids of 2 runs: 2026-11-22-160000-io-77aa, 2026-11-22-153012-io-4f2a");
  EXPECT_EQ(two.error().code, ExitCode::usage);
  EXPECT_EQ(store.find("2026-11-21-09000l").error().what,
            "there is no run '2026-11-21-09000l'; did you mean '2026-11-21-090000-io-0001'?");
  EXPECT_EQ(store.find("yesterday's run").error().what,
            "there is no run 'yesterday's run'; the newest are: 2026-11-22-160000-io-77aa, "
            "2026-11-22-153012-io-4f2a, "
            "2026-11-21-090000-io-0001");
  EXPECT_FALSE(store.find("%"));
}

TEST_F(StoreTest, AnIdThatBeginsAnotherIsItself) {
  auto store = opened();
  ASSERT_TRUE(store.begin(run_named("r1")));
  ASSERT_TRUE(store.begin(run_named("r12")));
  EXPECT_EQ(store.find("r1"), "r1");
}

TEST_F(StoreTest, RemovesARunWithItsTrials) {
  auto store = opened();
  ASSERT_TRUE(store.begin(run_named("r1")));
  ASSERT_TRUE(store.begin(run_named("r2")));
  ASSERT_TRUE(store.add("r1", trial_numbered(1)));
  ASSERT_TRUE(store.add("r2", trial_numbered(1)));
  ASSERT_TRUE(store.remove("r1"));
  EXPECT_EQ(store.read("r1").error().what, "there is no run 'r1'; did you mean 'r2'?");
  EXPECT_EQ(store.read("r2")->trials.size(), 1u);
  EXPECT_FALSE(store.remove("r1"));
  ASSERT_TRUE(store.begin(run_named("r1")));
  EXPECT_TRUE(store.read("r1")->trials.empty()) << "no trial of the removed one";
}

TEST_F(StoreTest, UnknownRunsAreErrors) {
  auto store = opened();
  ASSERT_TRUE(store.begin(run_named("r1")));
  EXPECT_FALSE(store.begin(run_named("r1")));
  EXPECT_FALSE(store.add("r2", trial_numbered(1)));
  EXPECT_EQ(store.end("r2", RunState::finished, "").error().code, ExitCode::usage);
}

}  // namespace
}  // namespace shootout::store
