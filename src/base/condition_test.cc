#include "base/condition.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace shootout {
namespace {

using Metrics = std::map<std::string, double, std::less<>>;

Result<Outcome> judge(std::string_view text, const Metrics& metrics) {
  const auto condition = Condition::parse(text);
  if (!condition) return std::unexpected(condition.error());
  return condition->evaluate([&](std::string_view name) -> std::optional<double> {
    const auto found = metrics.find(name);
    return found == metrics.end() ? std::nullopt : std::optional(found->second);
  });
}

bool holds(std::string_view text, const Metrics& metrics) {
  const auto outcome = judge(text, metrics);
  EXPECT_TRUE(outcome) << text << ": " << outcome.error().what;
  return outcome && outcome->holds;
}

std::string complaint(std::string_view text) {
  const auto condition = Condition::parse(text);
  EXPECT_FALSE(condition) << text;
  if (condition) return "";
  EXPECT_EQ(condition.error().code, ExitCode::usage);
  return condition.error().what;
}

TEST(Condition, ComparesWithEachOperator) {
  const Metrics metrics = {{"p99", 50'000}};
  EXPECT_FALSE(holds("p99<50ms", metrics));
  EXPECT_TRUE(holds("p99<=50ms", metrics));
  EXPECT_FALSE(holds("p99>50ms", metrics));
  EXPECT_TRUE(holds("p99>=50ms", metrics));
  EXPECT_TRUE(holds("p99==50ms", metrics));
  EXPECT_FALSE(holds("p99!=50ms", metrics));
}

TEST(Condition, KnowsTheUnits) {
  EXPECT_TRUE(holds("p50 == 2us && p50 == 0.002ms && p50 < 1s", {{"p50", 2}}));
  EXPECT_TRUE(holds("rps == 2.5k && bytes_per_second == 3G",
                    {{"requests_per_second", 2500}, {"bytes_per_second", 3e9}}));
  EXPECT_TRUE(holds("errors == 1M", {{"errors", 1e6}}));
}

TEST(Condition, AShareIsOfTheStartedRequests) {
  const Metrics metrics = {{"errors", 2}, {"errors.timeout", 1}, {"started", 1000}};
  EXPECT_TRUE(holds("errors > 0.1%", metrics));
  EXPECT_FALSE(holds("errors.timeout > 0.1%", metrics));
  EXPECT_FALSE(judge("errors > 0.1%", {{"errors", 0}, {"started", 0}}));
}

TEST(Condition, NamesHaveOneMeaning) {
  EXPECT_TRUE(holds("latency.p99_9 == 1us", {{"p99.9", 1}}));
  EXPECT_TRUE(holds("service.p99.9 == 1us", {{"service.p99.9", 1}}));
  EXPECT_TRUE(holds("first_byte.mean == 1us", {{"first_byte.mean", 1}}));
}

TEST(Condition, AndBindsTighterThanOr) {
  const Metrics metrics = {{"errors", 1}, {"started", 5}};
  EXPECT_TRUE(holds("errors==1 || errors==2 && started==6", metrics));
  EXPECT_FALSE(holds("(errors==1 || errors==2) && started==6", metrics));
}

TEST(Condition, NamesThePartsThatMadeItSo) {
  const Metrics metrics = {{"p99", 61'234}, {"errors", 0}, {"unanswered", 2}};
  auto outcome = judge("p99 > 50ms || errors > 0", metrics);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->parts, std::vector<std::string>{"p99 > 50ms: it is 61.23ms"});
  outcome = judge("p99 > 50ms || unanswered>=1", metrics);
  EXPECT_EQ(outcome->parts.size(), 2u);
  outcome = judge("p99 > 50ms && errors > 0", metrics);
  EXPECT_FALSE(outcome->holds);
  EXPECT_EQ(outcome->parts, std::vector<std::string>{"errors > 0: it is 0"});
}

TEST(Condition, TellsAFigureFromItsBound) {
  const auto outcome = judge("p99 > 50ms", {{"p99", 50'000.4}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->parts.front(), "p99 > 50ms: it is 50.0004ms");
}

TEST(Condition, WhatWasNotTakenIsNeitherTrueNorFalse) {
  const Metrics metrics = {{"errors", 1}};
  EXPECT_TRUE(holds("p99 > 50ms || errors > 0", metrics));
  EXPECT_FALSE(holds("p99 > 50ms && errors > 1", metrics));
  for (const char* open : {"p99 > 50ms", "p99 > 50ms || errors > 1", "errors > 0 && p99 > 50ms"}) {
    const auto outcome = judge(open, metrics);
    ASSERT_FALSE(outcome) << open;
    EXPECT_EQ(outcome.error().code, ExitCode::invalid);
    EXPECT_NE(outcome.error().what.find("p99 was not taken"), std::string::npos);
  }
}

TEST(Condition, PointsToTheMistake) {
  EXPECT_EQ(complaint("p99 > 50"),
            "in the condition, column 7: a latency's bound has a unit: us, ms or s\n"
            "    p99 > 50\n"
            "          ^");
  EXPECT_EQ(complaint("errors > 1 || nonsense < 2").substr(0, 28), "in the condition, column 15:");
  EXPECT_NE(complaint("error > 1").find("did you mean errors?"), std::string::npos);
  EXPECT_NE(complaint("errors.timout > 1").find("did you mean errors.timeout?"), std::string::npos);
  EXPECT_NE(complaint("p99 = 5ms").find("one of < <= > >= == !="), std::string::npos);
}

TEST(Condition, RefusesWhatIsNone) {
  for (const char* wrong : {"",
                            " ",
                            "p99",
                            "p99 >",
                            "p99 > ms",
                            "p100 > 1ms",
                            "p0 > 1ms",
                            "p > 1ms",
                            "> 1",
                            "errors > -1",
                            "errors > 1ms",
                            "rps > 1%",
                            "errors > nan",
                            "errors > 1e3",
                            "errors > 1 &",
                            "errors > 1 && ",
                            "errors > 1 errors > 2",
                            "(errors > 1",
                            "errors > 1)",
                            "errors > 1 || ()",
                            "errors > 1%%",
                            "service.rps > 1",
                            "p99 > 5ms | errors > 1",
                            "rps > requests_per_second"}) {
    EXPECT_FALSE(complaint(wrong).empty()) << wrong;
  }
  EXPECT_FALSE(complaint(std::string(200, '(') + "errors>1" + std::string(200, ')')).empty());
  EXPECT_FALSE(complaint(std::string(20'000, ' ')).empty());
}

std::string change_complaint(std::string_view text) {
  const auto condition = Condition::parse(text, Condition::On::changes);
  EXPECT_FALSE(condition) << text;
  if (condition) return "";
  EXPECT_EQ(condition.error().code, ExitCode::usage);
  return condition.error().what;
}

TEST(ConditionOnChanges, SaysWhatIsAsked) {
  const auto condition =
      Condition::parse("(flask-gunicorn:p99 worse than 5% || rps better than 2.5 %) && cpu  worse than 0%",
                       Condition::On::changes);
  ASSERT_TRUE(condition) << condition.error().what;
  const auto& changes = condition->changes();
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].contender, "flask-gunicorn");
  EXPECT_EQ(changes[0].metric, "p99");
  EXPECT_TRUE(changes[0].worse);
  EXPECT_EQ(changes[0].text, "flask-gunicorn:p99 worse than 5%");
  EXPECT_EQ(changes[1].contender, "");
  EXPECT_EQ(changes[1].metric, "throughput");
  EXPECT_FALSE(changes[1].worse);
  EXPECT_DOUBLE_EQ(changes[1].share, 0.025);
  EXPECT_EQ(changes[2].share, 0);
}

TEST(ConditionOnChanges, APercentageIsOfTheEarlierFigure) {
  EXPECT_DOUBLE_EQ(
      (Change{.contender = "", .metric = "throughput", .worse = true, .share = 0.2, .text = ""}.bound()),
      0.8);
  EXPECT_DOUBLE_EQ(
      (Change{.contender = "", .metric = "throughput", .worse = false, .share = 0.2, .text = ""}.bound()),
      1.2);
  EXPECT_DOUBLE_EQ(
      (Change{.contender = "", .metric = "p99", .worse = true, .share = 0.25, .text = ""}.bound()), 0.8);
  EXPECT_DOUBLE_EQ(
      (Change{.contender = "", .metric = "p99", .worse = false, .share = 0.2, .text = ""}.bound()), 1.25);
}

TEST(ConditionOnChanges, HasThreeValues) {
  const auto condition =
      Condition::parse("p50 worse than 1% && p95 worse than 1% || p99 worse than 1%", Condition::On::changes);
  ASSERT_TRUE(condition);
  using Truths = std::vector<std::optional<bool>>;
  const auto judged = [&](const Truths& truths) {
    return condition->evaluate_changes([&](std::size_t i) {
      return ChangeFound{.holds = truths[i], .part = condition->changes()[i].metric};
    });
  };
  const std::optional<bool> unknown;
  EXPECT_EQ(judged({true, true, unknown}).holds, true);
  EXPECT_EQ(judged({true, true, unknown}).parts, (std::vector<std::string>{"p50", "p95"}));
  EXPECT_EQ(judged({false, unknown, false}).holds, false);
  EXPECT_EQ(judged({true, unknown, false}).holds, unknown);
  EXPECT_EQ(judged({true, unknown, false}).parts, std::vector<std::string>{"p95"});
  EXPECT_EQ(judged({false, unknown, unknown}).holds, unknown);
  EXPECT_EQ(judged({false, unknown, true}).holds, true);
}

TEST(ConditionOnChanges, TheTwoKindsAreToldApart) {
  for (const char* of_runs : {"p99 worse than 5%", "throughput better than 1%",
                              "flask-gunicorn:p99 worse than 5%", "errors > 1 || p99 worse than 5%"}) {
    EXPECT_NE(complaint(of_runs).find("shootout compare"), std::string::npos) << of_runs;
  }
  EXPECT_NE(change_complaint("p99 > 50ms").find("shootout load --fail-if"), std::string::npos);
  EXPECT_NE(change_complaint("memry worse than 5%").find("did you mean memory?"), std::string::npos);
  EXPECT_NE(change_complaint("errors > 1").find("not compared by 'errors'"), std::string::npos);
  EXPECT_EQ(change_complaint("cpu worse than 5"),
            "in the condition, column 17: a % must stand here\n"
            "    cpu worse than 5\n"
            "                    ^");
}

TEST(ConditionOnChanges, RefusesWhatIsNone) {
  for (const char* wrong :
       {"", "p99", "p99 worse", "p99 worse 5%", "p99 worse than", "p99 worse than -1%", "p99 worser than 1%",
        ":p99 worse than 5%", "a:b:p99 worse than 5%", "a: worse than 5%",
        "p99 worse than 5% p50 worse than 5%", "throughput worse than 100%", "p99 better than 100%",
        "(p99 worse than 5%", "p99 worse than 5%%", "p98 worse than 5%"}) {
    EXPECT_FALSE(change_complaint(wrong).empty()) << wrong;
  }
}

}  // namespace
}  // namespace shootout
