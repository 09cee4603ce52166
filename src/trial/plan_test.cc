#include "trial/plan.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

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
