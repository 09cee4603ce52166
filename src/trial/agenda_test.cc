#include "trial/agenda.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "trial/budget.h"

namespace shootout::trial {
namespace {

// Two scenarios under one steady load.
Selection steady() {
  Choice choice;
  choice.suite = "io";
  choice.loads = {"clients"};
  choice.scenarios = {"baseline", "stress"};
  auto selection = select(choice);
  EXPECT_TRUE(selection) << selection.error().what;
  for (auto* loads : {&selection->loads, &selection->suite.loads}) {
    for (auto& load : *loads) {
      load.window = suite::Window{};
      load.decides = "requests_per_second";
    }
  }
  selection->blocks = 2;
  selection->precision = 0.05;
  return std::move(*selection);
}

// As if measured: ten seconds a replicate; the ratio of "stress" scatters by `stress` around 1.
suite::TrialRecord measured(const PlannedTrial& planned, double stress) {
  suite::TrialRecord trial;
  trial.number = planned.number;
  trial.contender = planned.contender;
  trial.scenario = planned.scenario;
  trial.load = planned.load;
  trial.replicate = planned.replicate;
  trial.block = planned.block;
  trial.position = planned.position;
  const double scatter = planned.scenario == "stress" ? stress : 0.001;
  const bool up = planned.replicate % 2 == 0 && planned.contender == "quart-hypercorn";
  trial.metrics["requests_per_second"] = 1000 * std::exp(up ? scatter : 0);
  trial.run_s = 10.0 * planned.replicate;
  return trial;
}

// Measures to the end; the replicates in which each scenario took part.
std::map<std::string, int> to_the_end(const Selection& selection, double stress) {
  Agenda agenda(selection, 1);
  suite::RunRecord run;
  std::map<std::string, std::set<int>> replicates;
  while (const auto next = agenda.next(run)) {
    for (const auto& planned : next->trials) {
      replicates[planned.scenario].insert(planned.replicate);
      run.trials.push_back(measured(planned, stress));
    }
  }
  std::map<std::string, int> counts;
  for (const auto& [scenario, its] : replicates) counts[scenario] = static_cast<int>(its.size());
  return counts;
}

TEST(Agenda, StopsACellWhenItIsPreciseAndGoesOnWithTheOthers) {
  const auto counts = to_the_end(steady(), 0.25);
  EXPECT_EQ(counts.at("baseline"), 10);
  EXPECT_GT(counts.at("stress"), 10);
  EXPECT_LT(counts.at("stress"), 60);
}

TEST(Agenda, BeginsNoReplicateThatTheBudgetDoesNotHold) {
  auto selection = steady();
  selection.budget_s = 45;
  const auto counts = to_the_end(selection, 0.25);
  EXPECT_EQ(counts.at("baseline"), 4);  // the widest first: half a replicate is left, and stress has it
  EXPECT_EQ(counts.at("stress"), 5);
}

TEST(Agenda, WithoutAPrecisionMeasuresAsOftenAsTheSelectionSays) {
  auto selection = steady();
  selection.precision.reset();
  selection.replicates = 4;
  EXPECT_EQ(to_the_end(selection, 0.25), (std::map<std::string, int>{{"baseline", 4}, {"stress", 4}}));
}

TEST(Agenda, GoesOnWithTheSamePlanAfterACut) {
  const auto selection = steady();
  std::vector<PlannedTrial> whole;
  suite::RunRecord run;
  Agenda agenda(selection, 7);
  while (const auto next = agenda.next(run)) {
    for (const auto& planned : next->trials) {
      whole.push_back(planned);
      run.trials.push_back(measured(planned, 0.25));
    }
  }
  for (const size_t cut : {size_t{1}, size_t{11}, size_t{81}, whole.size() - 1}) {
    suite::RunRecord half = run;
    half.trials.resize(cut);
    Agenda resumed(selection, 7);
    size_t at = cut;
    while (const auto next = resumed.next(half)) {
      for (const auto& planned : next->trials) {
        ASSERT_LT(at, whole.size());
        EXPECT_EQ(planned.number, whole[at].number);
        EXPECT_EQ(planned.contender, whole[at].contender);
        EXPECT_EQ(planned.scenario, whole[at].scenario);
        EXPECT_EQ(planned.block, whole[at].block);
        ++at;
        half.trials.push_back(measured(planned, 0.25));
      }
    }
    EXPECT_EQ(at, whole.size());
  }
}

TEST(Agenda, ATrialThatStayedVoidIsNotPlannedAgain) {
  const auto selection = steady();
  Agenda agenda(selection, 1);
  suite::RunRecord run;
  const auto first = agenda.next(run)->trials.front();
  auto trial = measured(first, 0);
  trial.valid = false;
  run.trials.push_back(trial);
  EXPECT_EQ(agenda.next(run)->trials.front().number, first.number);
  trial.attempt = kAttempts;
  run.trials.push_back(trial);
  EXPECT_EQ(agenda.next(run)->trials.front().number, first.number + 1);
}

TEST(Budget, TakesBlocksAwayUntilTheReplicatesFit) {
  auto selection = steady();
  selection.blocks = 10;
  EXPECT_EQ(blocks_within_budget(selection), 10);
  selection.budget_s = 1e6;
  EXPECT_EQ(blocks_within_budget(selection), 10);
  selection.budget_s = 200;
  const int some = blocks_within_budget(selection);
  EXPECT_LT(some, 10);
  EXPECT_GE(some, 2);
  selection.budget_s = 1;
  EXPECT_EQ(blocks_within_budget(selection), 2);
}

}  // namespace
}  // namespace shootout::trial
