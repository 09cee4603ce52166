// Claims and advice as a suite writes them.
#include <gtest/gtest.h>

#include "suite/suite.h"
#include "suite/told_metrics.h"

namespace shootout::suite {
namespace {

using Kind = Criterion::Kind;

const std::string kHead = R"(suite: s
contenders: [a, b, c]
request: {target: /}
scenarios:
  one: {}
loads:
  few: {connections: 10, window: 1, cells: {one: {}}}
  many: {connections: 100, window: 1, cells: {one: {}}}
profiles:
  quick: {replicates: 6}
)";

Suite with(const std::string& more) {
  auto suite = parse_suite(kHead + more, "s.yaml");
  EXPECT_TRUE(suite) << suite.error().what;
  return suite ? *suite : Suite{};
}

std::string wrong(const std::string& more) {
  const auto suite = parse_suite(kHead + more, "s.yaml");
  return suite ? "" : suite.error().what;
}

std::string wrong_test(const std::string& test) {
  return wrong("claims:\n  - says: so\n    test: " + test + "\n");
}

TEST(Criteria, TakeOneNameOrSeveral) {
  const auto suite = with(R"(claims:
  - says: best
    source: seed
    published: 9,174 against 2,416
    test: {kind: ratio, load: [few, many], contender: a, against: [b, c], low: 1.03, cores: 2}
)");
  const auto& claim = suite.claims.at(0);
  EXPECT_EQ(claim.published, "9,174 against 2,416");
  ASSERT_EQ(claim.criteria.size(), 1u);
  const auto& criterion = claim.criteria[0];
  EXPECT_EQ(criterion.kind, Kind::ratio);
  EXPECT_EQ(criterion.loads, (std::vector<std::string>{"few", "many"}));
  EXPECT_EQ(criterion.contenders, std::vector<std::string>{"a"});
  EXPECT_EQ(criterion.against, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(criterion.low, 1.03);
  EXPECT_FALSE(criterion.high);
  EXPECT_FALSE(criterion.below);
  EXPECT_EQ(criterion.cores, 2);
}

TEST(Criteria, AreOneOrAList) {
  const auto suite = with(R"(claims:
  - says: both
    test:
      - {kind: change, load: many, from: few, contender: [a, b], metric: latency_p99_us, high: 0.97}
      - {kind: error_share, load: many, contender: a, high: 0.1%, contenders: [c]}
)");
  const auto& claim = suite.claims.at(0);
  ASSERT_EQ(claim.criteria.size(), 2u);
  EXPECT_EQ(claim.criteria[0].from, "few");
  EXPECT_EQ(claim.criteria[0].metric, "latency_p99_us");
  EXPECT_DOUBLE_EQ(claim.criteria[1].high.value(), 0.001);
  EXPECT_EQ(claim.contenders, std::vector<std::string>{"c"});
}

TEST(Criteria, OfAdviceAreAboutOneContenderAfterTheOther) {
  const auto suite = with(R"(advice:
  - about: &all [a, b, c]
    group: Strengths
    says: carries more than every other
    when: {kind: ratio, load: many, against: *all, at_least: 1.03}
  - about: c
    group: Reasons
    says: b does it for c
    when: {kind: metric, metric: fullest_worker_share, load: many, contender: b, below: 60%}
  - {group: g, says: nobody's, when: {kind: success}}
)");
  ASSERT_EQ(suite.advice.size(), 5u);
  EXPECT_EQ(suite.advice[1].about, "b");
  EXPECT_EQ(suite.advice[1].says, "carries more than every other");
  EXPECT_EQ(suite.advice[1].criteria.at(0).contenders, std::vector<std::string>{"b"});
  EXPECT_EQ(suite.advice[1].criteria[0].against.size(), 3u);
  EXPECT_TRUE(suite.advice[1].criteria[0].below);
  EXPECT_EQ(suite.advice[3].about, "c");
  EXPECT_EQ(suite.advice[3].criteria.at(0).contenders, std::vector<std::string>{"b"});
  EXPECT_DOUBLE_EQ(suite.advice[3].criteria[0].high.value(), 0.6);
  EXPECT_EQ(suite.advice[4].about, "");
}

TEST(Criteria, MistakesAreTold) {
  EXPECT_EQ(wrong_test("{kind: ratio, load: few, contender: a, low: 1}"), "s.yaml:13: missing key 'against'");
  EXPECT_EQ(wrong_test("{kind: ratio, load: few, contender: a, against: [b, d], low: 1}"),
            "s.yaml:13: against: there is no contender 'd'; did you mean 'a'?");
  EXPECT_EQ(wrong_test("{kind: ratio, load: [], contender: a, against: b, low: 1}"),
            "s.yaml:13: load: the list is empty");
  EXPECT_EQ(wrong_test("{kind: change, load: few, contender: a, high: 1}"), "s.yaml:13: missing key 'from'");
  EXPECT_EQ(wrong_test("{kind: metric, load: few, contender: a, high: 1}"),
            "s.yaml:13: missing key 'metric'");
  EXPECT_EQ(wrong_test("{kind: metric, metric: cpu_precent, load: few, contender: a, high: 1}"),
            "s.yaml:13: metric: there is no metric 'cpu_precent'; did you mean 'cpu_percent'?");
  EXPECT_EQ(wrong_test("{kind: metric, metric: fullest_worker_share, load: few, contender: a, high: 60}"),
            "s.yaml:13: high: expected a share such as 5% or 0.05, found '60'");
  EXPECT_EQ(wrong_test("{kind: success, against: b}").substr(0, 36), "s.yaml:13: unknown key 'against'; th");
  EXPECT_EQ(wrong_test("{kind: error_share, load: few, contender: a}"),
            "s.yaml:13: 'low' or 'high' is needed");
  EXPECT_EQ(wrong_test("[]"), "s.yaml:13: test: the list is empty");
  EXPECT_EQ(wrong_test("{kind: ratoi, load: few, contender: a, against: b, from: few, low: 1}"),
            "s.yaml:13: kind: there is no kind 'ratoi'; did you mean 'ratio'?");
  EXPECT_EQ(wrong("advice:\n  - {about: d, group: g, says: s, when: {kind: success}}\n"),
            "s.yaml:12: about: there is no contender 'd'; did you mean 'a'?");
  EXPECT_EQ(
      wrong("advice:\n  - {about: [a, b], group: g, says: s, when: {kind: metric, metric: requests, load: "
            "few}}\n"),
      "s.yaml:12: 'at_least' or 'below' is needed");
}

TEST(Criteria, EachKindTakesTheMetricsThatMakeSense) {
  const auto message =
      wrong_test("{kind: ratio, load: few, contender: a, against: b, metric: failures, low: 1}");
  EXPECT_TRUE(message.starts_with("s.yaml:13: metric: there is no metric 'failures'")) << message;
  EXPECT_FALSE(wrong_test("{kind: total, metric: cpu_percent, load: few, contender: a, low: 1}").empty());
  EXPECT_EQ(wrong_test("{kind: total, metric: failures, load: few, contender: a, high: 0}"), "");
  EXPECT_EQ(wrong_test("{kind: metric, metric: cpu_share_of_cores, load: few, contender: a, low: 90%}"), "");
}

TEST(ToldMetrics, AreFoundByTheirNames) {
  EXPECT_EQ(told_metric("latency_p99_us")->unit, " ms");
  EXPECT_EQ(told_metric("latency_p98_us"), nullptr);
}

}  // namespace
}  // namespace shootout::suite
