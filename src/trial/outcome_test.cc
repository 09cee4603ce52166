#include "trial/outcome.h"

#include <gtest/gtest.h>

namespace shootout::trial {
namespace {

class Complete : public testing::Test {
 protected:
  Complete() {
    Choice choice;
    choice.suite = "io";
    selection = *select(choice);
    selection.suite.gates.replicates_to_decide = 3;
  }

  void make_steady() {
    for (auto* loads : {&selection.loads, &selection.suite.loads}) {
      for (auto& load : *loads) {
        load.window = suite::Window{};
        load.decides = "requests_per_second";
      }
    }
  }

  // One block in each of so many replicates; the first `voids` of them are void in every attempt.
  void measured(const std::string& contender, int replicates, int voids) {
    for (int replicate = 1; replicate <= replicates; ++replicate) {
      suite::TrialRecord trial;
      trial.number = ++number;
      trial.contender = contender;
      trial.load = "clients";
      trial.scenario = "baseline";
      trial.replicate = replicate;
      trial.block = 1;
      trial.valid = replicate > voids;
      trial.metrics["requests_per_second"] = 100;
      run.trials.push_back(trial);
    }
  }

  Selection selection;
  suite::RunRecord run;
  int number = 0;
};

TEST_F(Complete, FixedWorkNeedsEveryTrial) {
  measured("flask-gunicorn", 5, 0);
  EXPECT_TRUE(is_complete(selection, run));
  measured("quart-hypercorn", 5, 1);
  EXPECT_FALSE(is_complete(selection, run));
}

TEST_F(Complete, ASteadyLoadNeedsAsManyReplicatesAsDecide) {
  make_steady();
  measured("flask-gunicorn", 5, 2);
  EXPECT_TRUE(is_complete(selection, run));
  measured("quart-hypercorn", 5, 3);
  EXPECT_FALSE(is_complete(selection, run));
}

TEST_F(Complete, WhereFewWereMeasuredAllMustBeValid) {
  make_steady();
  measured("flask-gunicorn", 2, 0);
  EXPECT_TRUE(is_complete(selection, run));
  measured("quart-hypercorn", 2, 1);
  EXPECT_FALSE(is_complete(selection, run));
}

}  // namespace
}  // namespace shootout::trial
