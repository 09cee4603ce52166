#include "report/comparison.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/example_for_tests.h"
#include "report/golden_for_tests.h"
#include "report/render.h"

namespace shootout::report {
namespace {

suite::Suite suite_that_decides() {
  auto suite = example_suite();
  suite.gates.replicates_to_decide = 3;
  return suite;
}

/// The example on another kernel, with a contender that is twice as slow in one cell, and without it in
/// another.
suite::RunRecord later_run() {
  auto run = example().run;
  run.id = "2026-11-23-090000-io-77aa";
  run.started_at = "2026-11-23T09:00:00Z";
  run.machine["kernel"] = "6.8.0";
  std::erase_if(run.trials, [](const auto& trial) {
    return trial.load == "internal" && trial.contender == "quart-hypercorn";
  });
  for (auto& trial : run.trials) {
    if (trial.scenario == "medium" && trial.load == "clients" && trial.contender == "quart-hypercorn")
      trial.metrics["duration_s"] *= 2;
  }
  return run;
}

class ComparisonReport : public ::testing::Test {
 protected:
  const suite::Suite suite_ = suite_that_decides();
  const suite::RunRecord before_ = example().run, after_ = later_run();
  const judge::Evidence was_{suite_, before_}, is_{suite_, after_};
  const judge::RunComparison comparison_ = judge::compare(was_, is_);
  const std::vector<JudgedCondition> conditions_{
      {"duration worse than 50%",
       {judge::Holds::held, {"duration of quart-hypercorn, clients medium: 0.500x [0.48, 0.52], n = 3"}}},
      {"p99 worse than 5%",
       {judge::Holds::could_not_tell, {"p99 of flask-gunicorn, clients medium: not taken in both runs"}}}};
  const ComparedRuns runs_{was_, is_, comparison_, conditions_};
};

TEST_F(ComparisonReport, ForTheTerminal) {
  expect_golden("compare.txt", terminal_text(comparison_document(runs_), {.width = 80, .colour = false}));
}

TEST_F(ComparisonReport, AsMarkdown) {
  expect_golden("compare.md", markdown_text(comparison_document(runs_)));
}

TEST_F(ComparisonReport, AsJson) {
  const auto document = nlohmann::json::parse(comparison_json(runs_));
  EXPECT_EQ(document.at("schema"), "shootout.compare/1");
  EXPECT_EQ(document.at("a").at("id"), before_.id);
  EXPECT_EQ(document.at("b").at("id"), after_.id);
  EXPECT_NE(document.at("a").at("machine_fingerprint"), document.at("b").at("machine_fingerprint"));
  EXPECT_EQ(document.at("differences").at(0),
            nlohmann::json({{"kind", "machine"}, {"what", "kernel"}, {"a", "6.1.0"}, {"b", "6.8.0"}}));
  const auto& changes = document.at("changes");
  const auto slower = std::ranges::find(changes, "worse", [](const auto& one) { return one.at("verdict"); });
  ASSERT_NE(slower, changes.end());
  EXPECT_EQ(slower->at("contender"), "quart-hypercorn");
  EXPECT_EQ(slower->at("metric"), "duration_s");
  EXPECT_NEAR(slower->at("ratio").get<double>(), 0.5, 1e-9);
  EXPECT_LT(slower->at("high").get<double>(), 1);
  EXPECT_EQ(slower->at("n"), 3);
  EXPECT_NEAR(slower->at("b").at("value").get<double>(), 2 * slower->at("a").at("value").get<double>(), 1e-9);
  EXPECT_EQ(document.at("conditions").at(0).at("result"), "holds");
  EXPECT_EQ(document.at("conditions").at(1).at("result"), "cannot tell");
}

}  // namespace
}  // namespace shootout::report
