#include "trial/selection.h"

#include <gtest/gtest.h>

#include "trial/pinning.h"

namespace shootout::trial {
namespace {

Choice io() {
  Choice choice;
  choice.suite = "io";
  return choice;
}

TEST(Select, TakesTheSuitesOwnWhereNobodyAsked) {
  auto selection = select(io());
  ASSERT_TRUE(selection) << selection.error().what;
  ASSERT_EQ(selection->contenders.size(), 2U);
  EXPECT_EQ(selection->contenders[0].name, "flask-gunicorn");
  EXPECT_EQ(selection->scenarios.size(), 5U);
  EXPECT_EQ(selection->loads.size(), 2U);
  EXPECT_EQ(selection->replicates, 3);
  ASSERT_EQ(selection->services.size(), 1U);
  EXPECT_EQ(selection->services[0].contender.name, "upstream");
}

TEST(Select, TheProfileSetsAndThePersonWins) {
  auto choice = io();
  choice.profile = "seed";
  EXPECT_EQ(select(choice)->services[0].make, "fastapi");
  choice.set = {"upstream=native"};
  EXPECT_EQ(select(choice)->services[0].make, "native");
}

TEST(Select, PutsTheBaselineFirstAndKeepsOverrides) {
  auto choice = io();
  choice.contenders = {"quart-hypercorn", "flask-gunicorn"};
  choice.set = {"flask-gunicorn.workers=2", "upstream.port=9001"};
  auto selection = select(choice);
  ASSERT_TRUE(selection);
  EXPECT_EQ(selection->contenders[0].name, "flask-gunicorn");
  EXPECT_EQ(selection->overrides["flask-gunicorn"]["workers"], "2");
  EXPECT_EQ(selection->overrides["upstream"]["port"], "9001");
  choice.baseline = "quart-hypercorn";
  EXPECT_EQ(select(choice)->contenders[0].name, "quart-hypercorn");
}

TEST(Select, RefusesWhatIsNotThere) {
  const auto refused = [](auto change) {
    auto choice = io();
    change(choice);
    auto selection = select(choice);
    EXPECT_FALSE(selection);
    return selection ? "" : selection.error().what;
  };
  EXPECT_EQ(refused([](Choice& c) { c.suite = "oi"; }), "there is no suite 'oi'; did you mean 'io'?");
  EXPECT_NE(refused([](Choice& c) { c.contenders = {"upstream"}; }).find("no contender 'upstream'"),
            std::string::npos);
  EXPECT_NE(refused([](Choice& c) { c.contenders = {"flask-dev", "flask-dev"}; }).find("twice"),
            std::string::npos);
  EXPECT_NE(refused([](Choice& c) { c.set = {"flask-dev.port=1"}; }).find("contender of this run"),
            std::string::npos);
  EXPECT_NE(refused([](Choice& c) { c.baseline = "flask-dev"; }).find("not among"), std::string::npos);
}

TEST(Pinning, ReadsListsAndRefusesCpusThatAreNotThere) {
  EXPECT_TRUE(choose_pinning("auto"));
  EXPECT_TRUE(choose_pinning("none")->generator.empty());
  for (const char* wrong : {"1", "a/b", "0/", "/0", "2-1/0", "100000/0", "0-/1"}) {
    auto pinning = choose_pinning(wrong);
    ASSERT_FALSE(pinning) << wrong;
    EXPECT_EQ(pinning.error().code, ExitCode::usage);
  }
}

}  // namespace
}  // namespace shootout::trial
