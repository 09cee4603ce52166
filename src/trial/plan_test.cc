#include "trial/plan.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "trial/suite_folder_for_test.h"
#include "trial/time_left.h"

namespace shootout::trial {
namespace {

Selection io(std::vector<std::string> contenders = {}, int replicates = 4) {
  Choice choice;
  choice.suite = "io";
  choice.contenders = std::move(contenders);
  choice.repeat = replicates;
  auto selection = select(choice);
  EXPECT_TRUE(selection) << selection.error().what;
  return std::move(*selection);
}

using CellKey = std::tuple<int, std::string, std::string>;  // replicate, load, scenario

std::map<CellKey, std::vector<std::string>> orders(const std::vector<PlannedTrial>& plan) {
  std::map<CellKey, std::vector<std::string>> orders;
  for (const auto& trial : plan)
    orders[{trial.replicate, trial.load, trial.scenario}].push_back(trial.contender);
  return orders;
}

TEST(Plan, MeasuresEachContenderOnceInEveryBlock) {
  const auto plan = make_plan(io({"flask-gunicorn", "quart-hypercorn", "flask-dev"}), 1);
  EXPECT_EQ(plan.size(), 4U * 2 * 5 * 3);
  for (const auto& [cell, order] : orders(plan)) {
    EXPECT_EQ(std::set<std::string>(order.begin(), order.end()).size(), 3U);
  }
  for (size_t i = 0; i < plan.size(); ++i) EXPECT_EQ(plan[i].number, static_cast<int>(i) + 1);
}

TEST(Plan, TwoContendersChangePlacesInEverySecondBlock) {
  const auto by_cell = orders(make_plan(io(), 42));
  std::set<std::string> first;
  for (const auto& [cell, order] : by_cell) {
    const auto& [replicate, load, scenario] = cell;
    if (replicate == 1) first.insert(order.front());
    if (replicate < 4) {
      EXPECT_NE(order, by_cell.at({replicate + 1, load, scenario}));
    }
    if (replicate < 3) {
      EXPECT_EQ(order, by_cell.at({replicate + 2, load, scenario}));
    }
  }
  EXPECT_EQ(first.size(), 2U);  // not every cell begins with the same contender
}

TEST(Plan, IsTheSameForTheSameSeedOnly) {
  const auto selection = io();
  EXPECT_EQ(orders(make_plan(selection, 7)), orders(make_plan(selection, 7)));
  EXPECT_NE(orders(make_plan(selection, 7)), orders(make_plan(selection, 8)));
}

// The selection with all its loads steady.
Selection steady(std::vector<std::string> contenders = {}) {
  auto selection = io(std::move(contenders), 3);
  for (auto* loads : {&selection.loads, &selection.suite.loads}) {
    for (auto& load : *loads) load.window = suite::Window{};
  }
  selection.blocks = 4;
  return selection;
}

TEST(Plan, SteadyLoadsHaveSeveralBlocksInAReplicate) {
  const auto selection = steady();
  const auto plan = make_plan(selection, 5);
  EXPECT_EQ(plan.size(), 3U * 2 * 5 * 4 * 2);
  std::map<std::tuple<std::string, std::string, int, int>, std::vector<std::string>> blocks;
  for (const auto& trial : plan)
    blocks[{trial.load, trial.scenario, trial.replicate, trial.block}].push_back(trial.contender);
  for (const auto& [key, order] : blocks) {
    const auto& [load, scenario, replicate, block] = key;
    if (block < 4) {
      EXPECT_NE(order, blocks.at({load, scenario, replicate, block + 1}));
    }
  }
}

TEST(Plan, ABlocksOrderHangsOnNoOtherCell) {
  const auto selection = steady({"flask-gunicorn", "quart-hypercorn", "flask-dev"});
  const auto cells = cells_of(selection);
  const auto all = plan_replicate(selection, 9, 2, cells, 1);
  const auto last_alone = plan_replicate(selection, 9, 2, {cells.back()}, 100);
  ASSERT_EQ(last_alone.size(), 4U * 3);
  EXPECT_EQ(last_alone.front().number, 100);
  for (size_t i = 0; i < last_alone.size(); ++i) {
    EXPECT_EQ(last_alone[i].contender, all[all.size() - last_alone.size() + i].contender);
  }
}

TEST(Plan, APrecisionTakesAtLeastTenReplicates) {
  auto selection = steady();
  EXPECT_EQ(planned_replicates(selection), 3);
  selection.precision = 0.05;
  EXPECT_EQ(planned_replicates(selection), 10);
  auto fixed = io({}, 3);
  fixed.precision = 0.05;
  EXPECT_EQ(planned_replicates(fixed), 3);
}

TEST_F(OwnSuite, ThoseThatDoNotSupportAScenarioAreLeftOutOfItsCells) {
  const auto selection = selected(own());
  const auto plan = make_plan(selection, 3);
  std::map<std::pair<std::string, std::string>, std::map<std::string, int>> trials;
  for (const auto& trial : plan) ++trials[{trial.load, trial.scenario}][trial.contender];
  using Counts = std::map<std::string, int>;
  EXPECT_EQ(trials.size(), 3U);
  EXPECT_EQ(trials.at({"steady", "ping"}), (Counts{{"one", 6}, {"two", 6}, {"three", 6}}));
  EXPECT_EQ(trials.at({"steady", "echo"}), (Counts{{"one", 6}, {"two", 6}}));
  EXPECT_EQ(trials.at({"spike", "ping"}), (Counts{{"one", 2}, {"two", 2}, {"three", 2}}))
      << "once a replicate";
  for (size_t i = 0; i < plan.size(); ++i) EXPECT_EQ(plan[i].number, static_cast<int>(i) + 1);
  EXPECT_EQ(contenders_of(selection, "echo"), (std::vector<std::string>{"one", "two"}));
}

TEST_F(OwnSuite, TwoThatAreLeftChangePlacesInEverySecondBlock) {
  std::vector<std::string> order;
  for (const auto& trial : make_plan(selected(own()), 3)) {
    if (trial.scenario == "echo" && trial.replicate == 1) order.push_back(trial.contender);
  }
  ASSERT_EQ(order.size(), 6U);
  EXPECT_EQ(order[0], order[3]);
  EXPECT_EQ(order[0], order[4]);
  EXPECT_NE(order[0], order[2]);
}

TEST_F(OwnSuite, ScenariosThatAreNamedHaveTheirFurtherCells) {
  auto choice = own();
  choice.scenarios = {"echo"};
  EXPECT_EQ(cells_of(selected(choice)), (std::vector<CellName>{{"steady", "echo"}, {"spike", "echo"}}));
  choice.scenarios = {"odd"};
  EXPECT_EQ(cells_of(selected(choice)), (std::vector<CellName>{{"spike", "odd"}}));
  choice.contenders = {"two", "three"};
  EXPECT_TRUE(cells_of(selected(choice)).empty()) << "nobody can";
}

TEST_F(OwnSuite, ASpikeIsNoSteadyLoadAndTakesItsPhases) {
  auto choice = own();
  choice.loads = {"spike"};
  choice.contenders = {"one"};
  choice.precision = 0.05;
  const auto selection = selected(choice);
  EXPECT_FALSE(is_steady(selection, {"spike", "ping"}));
  EXPECT_EQ(planned_replicates(selection), 2);
  const auto plan = make_plan(selection, 1);
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_NEAR(TimeLeft(selection, plan).of(plan[0]), 5, 0.2);
}

TEST_F(OwnSuite, ACellThatACompanionServesHasItsExpectation) {
  auto choice = own();
  choice.contenders = {"two"};
  choice.loads = {"steady"};
  const auto selection = selected(choice);
  const auto plan = make_plan(selection, 1);
  TimeLeft left(selection, plan);
  for (const auto& trial : plan) EXPECT_NEAR(left.of(trial), 0.7, 0.05) << trial.scenario;
}

TEST(TimeLeft, GuessesFromSlotsAndLearnsFromTrials) {
  const auto selection = io({"flask-gunicorn"}, 1);
  const auto plan = make_plan(selection, 1);
  TimeLeft left(selection, plan);
  const auto find = [&plan](const std::string& load, const std::string& scenario) {
    for (const auto& trial : plan) {
      if (trial.load == load && trial.scenario == scenario) return trial;
    }
    return PlannedTrial{};
  };
  // 20 clients of 0.5 s on 8 slots: three rounds; 10 calls of 1 s, one after the other: ten seconds.
  EXPECT_NEAR(left.of(find("clients", "medium")), 1.5, 0.2);
  EXPECT_NEAR(left.of(find("internal", "medium")), 10, 0.2);

  suite::TrialRecord trial;
  trial.contender = "flask-gunicorn";
  trial.load = "clients";
  trial.scenario = "medium";
  trial.metrics["duration_s"] = 5;
  const double before = left.seconds({});
  left.learn(trial);
  EXPECT_EQ(left.of(find("clients", "medium")), 5);
  EXPECT_NEAR(left.seconds({}) - before, 5 - 1.6, 0.2);

  std::set<int> all;
  for (const auto& planned : plan) all.insert(planned.number);
  EXPECT_EQ(left.seconds(all), 0);
}

}  // namespace
}  // namespace shootout::trial
