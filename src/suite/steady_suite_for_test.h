// A small suite with steady loads; tests change a line of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "suite/suite.h"

namespace shootout::suite {

inline const std::string kSteady = R"(suite: steady
contenders: [a, b, again]
variants:
  again: {of: a, set: {workers: 2}}
request:
  target: "/sum?a={a:1..1000}&b={b}&id={uuid}"
  checks:
    - {json: /a, equals: "{a}"}
    - {json: /id, equals: "{uuid}"}
    - {size: 100}
scenarios:
  one: {}
loads:
  work:
    connections: 4
    requests_per_connection: 3
    cells: {one: {b: 7}}
  closed:
    connections: 8
    window: 0.3
    settle: 0.05
    warm_up: 2
    checked_share: 10%
    cells: {one: {b: 7}}
  open:
    connections: 8
    window: 1
    rate: "{r}"
    cells: {one: {b: 7, r: 99.5}}
gates:
  steal: 5%
  ceiling: 3
profiles:
  quick: {replicates: 6, blocks: 3}
  full: {replicates: 4, precision: 5%, budget: 10m}
)";

/// kSteady with the first `old_text` replaced.
inline std::string steady_with(const std::string& old_text, const std::string& new_text) {
  std::string text = kSteady;
  const size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return at == std::string::npos ? text : text.replace(at, old_text.size(), new_text);
}

/// The suite of a text that is right.
inline Suite suite_of(const std::string& text = kSteady) {
  auto suite = parse_suite(text, "s.yaml");
  EXPECT_TRUE(suite) << suite.error().what;
  return suite ? *suite : Suite{};
}

/// A change of kSteady and the mistake that is told of it.
struct Mistake {
  std::string old_text, new_text, error;
};

inline void expect_mistakes(const std::vector<Mistake>& table) {
  for (const auto& mistake : table) {
    const auto suite = parse_suite(steady_with(mistake.old_text, mistake.new_text), "s.yaml");
    if (suite) {
      ADD_FAILURE() << "accepted: " << mistake.new_text;
      continue;
    }
    EXPECT_EQ(suite.error().what, mistake.error) << mistake.new_text;
    EXPECT_EQ(suite.error().code, ExitCode::usage);
  }
}

}  // namespace shootout::suite
