#include "judge/error_figures.h"

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

/// A closed loop of 300 connections, where errors are findings, in two trials of each contender.
class ErrorsOfALoad : public testing::Test {
 protected:
  ErrorsOfALoad() {
    suite = steady_suite();
    suite.loads.resize(1);
    suite.loads[0].connections = "300";
    suite.loads[0].statistics = suite::Statistics::wrk;
    run.steady("a", {{1000}, {1100}});
    run.steady("b", {{900}, {950}});
    run.record.machine["somaxconn"] = 128;
  }
  suite::TrialRecord& trial(std::size_t index) { return run.record.trials.at(index); }
  [[nodiscard]] CellFigures figures(const std::string& contender = "a") const {
    for (const auto& cell : judge(suite, run.record).cells)
      if (cell.contender == contender) return cell;
    ADD_FAILURE() << "no cell of " << contender;
    return {};
  }
  [[nodiscard]] ErrorFigures errors() const { return figures().errors.value_or(ErrorFigures{}); }

  suite::Suite suite;
  MadeUpRun run;
};

TEST_F(ErrorsOfALoad, AreThereOnlyWhereErrorsAreFindings) {
  EXPECT_TRUE(figures().errors);
  suite.loads[0].statistics = suite::Statistics::usual;
  EXPECT_FALSE(figures().errors);
}

TEST_F(ErrorsOfALoad, AreSummedOverTheTrialsWithAnExampleOfEachClass) {
  trial(0).load_result = {
      {"errors", {{"reset", 3}, {"timeout", 0}}},
      {"errors_before", {{"connect", 2}}},
      {"offences", {{{"error", "reset"}, {"what", "Connection reset by peer before the answer"}}}}};
  trial(1).load_result = {{"errors", {{"reset", 1}, {"timeout", 5}}}, {"unanswered", 4}};
  const auto found = errors();
  EXPECT_EQ(found.by_class, (std::map<std::string, double>{{"reset", 4}, {"timeout", 5}, {"unanswered", 4}}));
  EXPECT_EQ(found.before_window, (std::map<std::string, double>{{"connect", 2}}));
  EXPECT_EQ(found.examples.at("reset"), "Connection reset by peer before the answer");
  EXPECT_EQ(found.overflow, "");
  EXPECT_TRUE(figures("b").errors.value_or(ErrorFigures{}).by_class.empty());
}

TEST_F(ErrorsOfALoad, OverflowsAreNamedAsTheirCause) {
  trial(0).metrics.insert({{"listen_overflows", 40}, {"listen_backlog", 128}});
  trial(0).load_result = {{"errors", {{"reset", 3}}}, {"errors_before", {{"timeout", 2}, {"check", 1}}}};
  trial(1).metrics.insert({{"listen_overflows", 0}, {"listen_backlog", 128}});
  EXPECT_EQ(
      errors().overflow,
      "its listen queue of 128 (net.core.somaxconn, which caps it, is 128) overflowed: the kernel dropped "
      "40 connections in 1 of 2 trials. That is the cause of 3 reset, 2 timeout");
}

TEST_F(ErrorsOfALoad, MoreFailuresThanDropsAreNotAllTheQueues) {
  trial(0).metrics.insert({{"listen_overflows", 40}});
  trial(0).load_result = {{"errors", {{"reset", 3}, {"timeout", 90}}}};
  EXPECT_TRUE(mentions(errors().overflow, "That is the cause of at most 40 of the 3 reset, 90 timeout"));
}

TEST_F(ErrorsOfALoad, AServersOwnShortQueueIsToldFromTheKernelsCap) {
  trial(0).metrics.insert({{"listen_overflows", 40}, {"listen_backlog", 100}, {"open_s", 3.04}});
  trial(1).metrics.insert({{"listen_overflows", 0}, {"connections_never_opened", 7}});
  EXPECT_EQ(
      errors().overflow,
      "its listen queue of 100 (what listen(2) got; net.core.somaxconn would allow 128) overflowed: the "
      "kernel dropped 40 connections in 1 of 2 trials. That is the cause of 7 connections that were never "
      "made, and of connections that took up to 3.0 s to open");
}

TEST_F(ErrorsOfALoad, AnOverflowThatCostNothingIsToldAsThat) {
  trial(0).metrics.insert({{"listen_overflows", 4}, {"open_s", 0.2}, {"connections_opened", 300}});
  suite.loads[0].offering.opened_per_second = 3000;
  EXPECT_TRUE(mentions(errors().overflow, "no request was lost"));
}

TEST_F(ErrorsOfALoad, LoadsBeyondTheMachineDrawWarnings) {
  suite.loads[0].offering.threads = 12;
  run.record.machine["cores_allowed"] = {0, 1};
  const auto warnings = judge(suite, run.record).warnings;
  EXPECT_TRUE(any_mentions(warnings, "closed: 12 threads of the generator on 2 cores: they take turns"));
  EXPECT_TRUE(any_mentions(warnings, "closed: 300 connections, and net.core.somaxconn is 128"));
  EXPECT_TRUE(any_mentions(warnings, "sysctl -w net.core.somaxconn=512"));
}

TEST_F(ErrorsOfALoad, LoadsWithinTheMachineDrawNone) {
  suite.loads[0].offering.threads = 2;
  run.record.machine["cores_allowed"] = {0, 1};
  run.record.machine["somaxconn"] = 300;
  for (const auto& warning : judge(suite, run.record).warnings) {
    EXPECT_FALSE(mentions(warning, "threads of the generator"));
    EXPECT_FALSE(mentions(warning, "somaxconn"));
  }
}

}  // namespace
}  // namespace shootout::judge
