// For the tests: a home of their own, and records to put into it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "store/store.h"

namespace shootout::store {

namespace fs = std::filesystem;
using suite::GateFigure;
using suite::RunRecord;
using suite::RunState;
using suite::TrialRecord;

inline RunRecord run_named(const std::string& id, const std::string& started_at = "2026-11-22T15:30:12Z") {
  RunRecord run;
  run.id = id;
  run.suite = "io";
  run.profile = "quick";
  run.seed = std::numeric_limits<std::uint64_t>::max() - 1;
  run.started_at = started_at;
  run.suite_text = "suite: io\n";
  run.plan = {{"contenders", {"a", "b"}}, {"trials", 12}};
  run.machine = {{"cores", 2}};
  run.contenders = {{"a", {{"workers", 4}}}};
  return run;
}

inline TrialRecord trial_numbered(int number) {
  TrialRecord trial;
  trial.number = number;
  trial.contender = "a";
  trial.scenario = "low";
  trial.load = "clients";
  trial.replicate = 2;
  trial.block = 3;
  trial.position = 1;
  trial.started_at = "2026-11-22T15:31:00Z";
  trial.valid = false;
  trial.reasons = {"1 of 10 requests failed", "na\xc3\xafve"};
  trial.metrics = {{"duration_s", 1.0 / 3}, {"errors", 0}};
  trial.load_result = {{"histogram", {1, 2, 3}}, {"text", std::string("a\0b", 3)}};
  trial.observed = {{"samples", nlohmann::json::array()}};
  trial.log_file = "/logs/a.log";
  trial.gates = {{.gate = "environment",
                  .figure = "steal_percent",
                  .value = 12.5,
                  .threshold = 10,
                  .passed = false,
                  .reason = "the hypervisor took 12.5 % of the time"},
                 {.gate = "generator",
                  .figure = "littles_law_percent",
                  .value = 1.0 / 3,
                  .threshold = 2,
                  .passed = true,
                  .reason = ""}};
  trial.run_s = 61.25;
  return trial;
}

// Large enough that a few of them fill many pages of the file.
inline TrialRecord large_trial(int number, size_t bytes = 20'000) {
  auto trial = trial_numbered(number);
  trial.load_result = {{"filler", std::string(bytes, 'x')}};
  return trial;
}

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "shootout-store-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] fs::path home() const { return root_ / "home"; }
  [[nodiscard]] fs::path file() const { return home() / "runs.sqlite"; }

  [[nodiscard]] Store opened() const {
    auto store = Store::open(home());
    if (!store) throw std::runtime_error(store.error().what);
    return std::move(*store);
  }

  fs::path root_;
};

}  // namespace shootout::store
