// How claims that hang on several figures, and strengths and weaknesses, are shown.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/example_for_tests.h"
#include "report/golden_for_tests.h"
#include "report/report.h"

namespace shootout::report {
namespace {

Example with_claims() {
  Example made = example();
  using judge::Holds;
  made.judgement.claims = {
      {.says = "Bjoern is the best",
       .source = "seed 004",
       .holds = Holds::did_not_hold,
       .figure = "1 of 2 hold; not Bjoern against Gunicorn, 8,000 connections: requests/s 0.91x [0.88, 0.94]",
       .published = "9,174 requests/s against 2,416",
       .parts = {{"Bjoern against Gunicorn, 1,000 connections", Holds::held,
                  "requests/s 1.31x [1.2, 1.4], n = 6"},
                 {"Bjoern against Gunicorn, 8,000 connections", Holds::did_not_hold,
                  "requests/s 0.91x [0.88, 0.94] at 97.5 %, n = 6"}}},
      {.says = "Gunicorn has no errors",
       .source = "",
       .holds = Holds::held,
       .figure = "without a good answer 0 of 6000 requests, n = 6",
       .published = "none"}};
  for (const auto* name : {"flask-gunicorn", "quart-hypercorn"}) {
    suite::Advice sentence{.group = "Strengths", .says = "Fast"};
    sentence.about = name;
    made.suite.advice.push_back(sentence);
  }
  made.judgement.advice.push_back(
      {"Strengths", "Fast", "requests/s 2.00x [1.9, 2.1], n = 3", "flask-gunicorn"});
  return made;
}

std::string section(const std::string& text, const std::string& begin, const std::string& end) {
  const auto at = text.find(begin);
  return at == std::string::npos ? "" : text.substr(at, text.find(end, at) - at);
}

TEST(ClaimsSection, ShowsEachFigureAndWhatWasPublished) {
  const auto made = with_claims();
  const auto text = terminal(made.suite, made.run, made.judgement, {});
  EXPECT_EQ(section(text, "What was expected", "Strengths and"),
            R"(What was expected, put to the test
----------------------------------

1 held, 1 did not hold, 0 could not be told. A claim holds where all of its
figures do, each by its own interval; it does not where one surely fails, at
Holm's level among them.

Bjoern is the best (seed 004): did not hold

- Bjoern against Gunicorn, 1,000 connections: requests/s 1.31x [1.2, 1.4],
  n = 6: held
- Bjoern against Gunicorn, 8,000 connections: requests/s 0.91x [0.88, 0.94] at
  97.5 %, n = 6: did not hold
- Published: 9,174 requests/s against 2,416

Gunicorn has no errors: held

- This run: without a good answer 0 of 6000 requests, n = 6
- Published: none

)");
}

TEST(ClaimsSection, StrengthsStandUnderTheirContender) {
  const auto made = with_claims();
  const auto text = terminal(made.suite, made.run, made.judgement, {});
  EXPECT_EQ(section(text, "Strengths and", "Recommendations"), R"(Strengths and weaknesses
------------------------

Of a fixed set of sentences those that a figure of this run surely carries. What
is not said was not shown, which does not show the contrary.

Flask/Gunicorn

Strengths:

- Fast (requests/s 2.00x [1.9, 2.1], n = 3)

Quart/Hypercorn

Nothing was sure enough to be said.

)");
  const auto recommendations = section(text, "Recommendations", "Fairness");
  EXPECT_EQ(recommendations.find("Strengths"), std::string::npos);
  EXPECT_NE(recommendations.find("Migration:"), std::string::npos);
}

TEST(ClaimsSection, MarkdownMarksTheWords) {
  const auto made = with_claims();
  const auto text = markdown(made.suite, made.run, made.judgement);
  EXPECT_NE(text.find("**Bjoern is the best** (seed 004): **did not hold**"), std::string::npos);
  EXPECT_NE(text.find("### Flask/Gunicorn\n\n**Strengths:**\n\n- Fast ("), std::string::npos);
}

TEST(ClaimsSection, JsonHasPartsAndWhoItIsAbout) {
  const auto made = with_claims();
  const auto document = nlohmann::json::parse(json(made.suite, made.run, made.judgement));
  EXPECT_EQ(document["claims"][0]["published"], "9,174 requests/s against 2,416");
  EXPECT_EQ(document["claims"][0]["parts"][1]["result"], "did not hold");
  EXPECT_FALSE(document["claims"][1].contains("parts"));
  EXPECT_EQ(document["advice"].back()["about"], "flask-gunicorn");
  EXPECT_FALSE(document["advice"][0].contains("about"));
}

TEST(ClaimsSection, WithoutAnyOfThemThereIsNone) {
  auto made = with_claims();
  made.suite.advice.clear();
  made.judgement.claims.clear();
  made.judgement.advice.clear();
  const auto text = terminal(made.suite, made.run, made.judgement, {});
  EXPECT_EQ(text.find("Strengths"), std::string::npos);
  EXPECT_EQ(text.find("put to the test"), std::string::npos);
}

}  // namespace
}  // namespace shootout::report
