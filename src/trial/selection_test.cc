#include "trial/selection.h"

#include <gtest/gtest.h>

#include "trial/pinning.h"
#include "trial/suite_folder_for_test.h"

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

std::vector<std::string> names(const std::vector<suite::Contender>& contenders) {
  std::vector<std::string> names;
  for (const auto& contender : contenders) names.push_back(contender.name);
  return names;
}

using Names = std::vector<std::string>;

TEST_F(OwnSuite, WhoServesInAnothersNameComesWithIt) {
  const auto selection = selected(own());
  EXPECT_EQ(names(selection.contenders), (Names{"one", "two", "three"}));
  EXPECT_EQ(names(selection.companions), Names{"helper"});
  EXPECT_EQ(names(selection.everything()), (Names{"store", "cache", "helper", "one", "two", "three"}));
  EXPECT_EQ(selection.server_of("two", "echo"), "helper");
  EXPECT_EQ(selection.server_of("two", "ping"), "two");
  EXPECT_EQ(selection.server_of("one", "echo"), "one");
  EXPECT_FALSE(selection.supports("three", "echo"));
  EXPECT_TRUE(selection.supports("three", "ping"));
  EXPECT_TRUE(selection.supports("two", "echo"));
}

TEST_F(OwnSuite, AScenarioIsServedByWhoAnswersInIt) {
  auto choice = own();
  auto selection = selected(choice);
  EXPECT_TRUE(selection.serves("helper", "echo"));
  EXPECT_FALSE(selection.serves("helper", "ping"));
  EXPECT_TRUE(selection.serves("two", "ping"));
  EXPECT_FALSE(selection.serves("two", "echo"));
  EXPECT_FALSE(selection.serves("three", "echo"));
  choice.scenarios = {"ping"};
  selection = selected(choice);
  EXPECT_FALSE(selection.serves("one", "echo")) << "nobody is asked for it";
}

TEST_F(OwnSuite, APackageMayComeFromAFolder) {
  contender("one", "environment: {python: requirements.txt}\n");
  write("package/pyproject.toml", "");
  write("empty/readme", "");
  auto choice = own();
  choice.set = {"one.source=" + (root_ / "package").string()};
  const auto selection = selected(choice);
  EXPECT_EQ(selection.contenders[0].environment.source, std::filesystem::canonical(root_ / "package"));
  EXPECT_TRUE(selection.overrides.empty());
  choice.set = {"one.source=" + (root_ / "empty").string()};
  EXPECT_NE(refused(choice).find("no Python package in it"), std::string::npos);
  choice.set = {"one.source=" + (root_ / "nowhere").string()};
  EXPECT_NE(refused(choice).find("No such file"), std::string::npos);
  choice.set = {"three.source=" + (root_ / "package").string()};
  EXPECT_NE(refused(choice).find("no Python environment"), std::string::npos);
}

TEST_F(OwnSuite, APostgresqlOfOnesOwnIsForThoseWhoNeedOne) {
  write("suites/own.yaml", R"(suite: own
contenders: [one, two]
baseline: leader
services: {postgres: {make: private, makes: {private: cluster, given: keeper}}}
scenarios: {ping: {request: {target: /}}}
loads: {steady: {connections: 4, window: 0.5, cells: {ping: {}}}}
profiles: {quick: {replicates: 1}}
)");
  contender("cluster", "provides: postgres\n");
  write("contenders/keeper/contender.yaml",
        "command: [keeper]\nprovides: postgres\nelsewhere: true\nparameters: {port: 1, url: none}\n");
  contender("two", "needs: [postgres]\n");
  auto choice = own();
  EXPECT_EQ(selected(choice).services[0].make, "private");
  choice.postgres = "postgresql://me@127.0.0.1/db";
  auto selection = selected(choice);
  EXPECT_EQ(selection.services[0].make, "given");
  EXPECT_TRUE(selection.services[0].contender.elsewhere);
  EXPECT_EQ(selection.overrides["postgres"]["url"], "postgresql://me@127.0.0.1/db?");
  choice.postgres += "?sslmode=require";
  EXPECT_EQ(selected(choice).overrides["postgres"]["url"], "postgresql://me@127.0.0.1/db?sslmode=require&");
  choice.contenders = {"one"};
  EXPECT_NE(refused(choice).find("none of these contenders needs"), std::string::npos);
  choice.postgres = "127.0.0.1";
  EXPECT_NE(refused(choice), "accepted");
}

TEST_F(OwnSuite, ACompanionComesOnlyWhereItIsNeeded) {
  auto choice = own();
  choice.scenarios = {"ping"};
  auto selection = selected(choice);
  EXPECT_TRUE(selection.companions.empty());
  ASSERT_EQ(selection.services.size(), 1U) << "the companion alone needs the cache";
  EXPECT_EQ(selection.services[0].name, "store");
  choice = own();
  choice.loads = {"spike"};
  EXPECT_TRUE(selected(choice).companions.empty()) << "without --scenarios the spike has no echo";
  choice.contenders = {"one", "three"};
  choice.loads.clear();
  EXPECT_TRUE(selected(choice).companions.empty());
  choice.contenders = {"two", "helper"};
  selection = selected(choice);
  EXPECT_TRUE(selection.companions.empty()) << "it is there as a contender";
  EXPECT_EQ(selection.server_of("two", "echo"), "helper");
}

TEST_F(OwnSuite, SettingsOfAContenderAreNotItsCompanions) {
  auto choice = own();
  choice.set = {"two.workers=3", "helper.workers=7"};
  const auto selection = selected(choice);
  EXPECT_EQ(selection.overrides.at("two").at("workers"), "3");
  EXPECT_EQ(selection.overrides.at("helper").at("workers"), "7");
  choice.scenarios = {"ping"};
  EXPECT_NE(refused(choice).find("no contender of this run 'helper'"), std::string::npos);
}

TEST_F(OwnSuite, RefusesACompanionThatCannotBeOne) {
  contender("two", "scenarios: {echo: {served_by: helpr}}\n");
  EXPECT_EQ(refused(own()),
            "contender 'two', scenario 'echo': there is no contender 'helpr'; did you mean 'helper'?");
  contender("two", "scenarios: {echo: {served_by: store}}\n");
  EXPECT_EQ(refused(own()), "contender 'two', scenario 'echo': 'store' is the service store");
  contender("two", "scenarios: {echo: {served_by: helper}}\n");
  contender("helper", "scenarios: {echo: {served_by: one}}\n");
  EXPECT_EQ(refused(own()), "contender 'two', scenario 'echo': 'helper' has it served by 'one' itself");
}

TEST_F(OwnSuite, AMistypedScenarioOfAContenderIsTold) {
  contender("two", "scenarios: {ehco: {unsupported: it cannot}}\n");
  EXPECT_EQ(refused(own()), "contender 'two': there is no scenario 'ehco'; did you mean 'echo'?");
  contender("two", "scenarios: {of-another-suite: {unsupported: it cannot}}\n");
  EXPECT_EQ(refused(own()), "accepted");
}

TEST_F(OwnSuite, WhereTheLeaderIsTheBaselineNobodyComesFirst) {
  auto choice = own();
  choice.contenders = {"three", "one"};
  EXPECT_EQ(names(selected(choice).contenders), (Names{"three", "one"}));
  choice.baseline = "one";
  EXPECT_EQ(names(selected(choice).contenders), (Names{"one", "three"}));
  auto of_io = io();
  of_io.contenders = {"quart-hypercorn", "flask-gunicorn"};
  of_io.baseline = "leader";
  EXPECT_EQ(names(selected(of_io).contenders), (Names{"quart-hypercorn", "flask-gunicorn"}));
}

TEST_F(OwnSuite, TheProfileHasLoadsOfItsOwn) {
  auto choice = own();
  EXPECT_EQ(selected(choice).loads.at(0).window->seconds, 0.5);
  choice.profile = "seed";
  const auto selection = selected(choice);
  EXPECT_EQ(selection.loads.at(0).window->seconds, 180);
  EXPECT_EQ(selection.suite.loads.at(0).window->seconds, 180);
  EXPECT_TRUE(selection.loads.at(0).cells.contains("odd"));
}

TEST(Select, TheFrameworksHaveWhoeverTheyNeed) {
  Choice choice;
  choice.suite = "frameworks";
  auto selection = select(choice);
  ASSERT_TRUE(selection) << selection.error().what;
  EXPECT_EQ(names(selection->contenders),
            (Names{"flask", "django", "fastapi", "aquilia", "sanic", "tornado"}));
  EXPECT_EQ(names(selection->companions), (Names{"flask-sock", "django-channels"}));
  ASSERT_EQ(selection->services.size(), 1U);
  EXPECT_EQ(selection->services[0].name, "postgres");
  choice.contenders = {"aquilia"};
  choice.scenarios = {"json"};
  choice.loads = {"spike"};
  choice.profile = "seed";
  selection = select(choice);
  ASSERT_TRUE(selection) << selection.error().what;
  EXPECT_TRUE(selection->companions.empty());
  EXPECT_EQ(selection->loads.at(0).phases.size(), 6U);
  EXPECT_EQ(selection->profile.limits.cpus, 2);
}

TEST(Select, OnBothBackendsEachContenderHasATwin) {
  auto choice = io();
  choice.backends = {"process", "docker"};
  choice.set = {"quart-hypercorn.workers=2"};
  auto selection = select(choice);
  ASSERT_TRUE(selection) << selection.error().what;
  std::vector<std::string> names;
  for (const auto& contender : selection->contenders) names.push_back(contender.name);
  EXPECT_EQ(names, (std::vector<std::string>{"flask-gunicorn", "flask-gunicorn@docker", "quart-hypercorn",
                                             "quart-hypercorn@docker"}));
  EXPECT_EQ(selection->contained, (std::set<std::string>{"flask-gunicorn@docker", "quart-hypercorn@docker"}));
  EXPECT_EQ(selection->overrides["quart-hypercorn@docker"]["workers"], "2");
  EXPECT_EQ(selection->suite.pairs.size(), 2U);
  EXPECT_EQ(selection->suite.pairs.front(),
            (std::pair<std::string, std::string>{"flask-gunicorn", "flask-gunicorn@docker"}));
  EXPECT_TRUE(selection->bridged.empty());
  choice.networks = {"bridge"};  // then services are where both reach them
  EXPECT_TRUE(select(choice)->contained.contains("upstream"));
}

TEST(Select, OnBothNetworksEachContenderHasTwoTwins) {
  auto choice = io();
  choice.contenders = {"flask-gunicorn"};
  choice.backends = {"docker", "process"};
  choice.networks = {"bridge", "host"};
  choice.set = {"flask-gunicorn.workers=2", "flask-gunicorn@bridge.workers=3"};
  auto selection = select(choice);
  ASSERT_TRUE(selection) << selection.error().what;
  const std::string process = "flask-gunicorn", host = process + "@docker", bridge = process + "@bridge";
  EXPECT_EQ(selection->contained, (std::set<std::string>{bridge, host, "upstream"}));
  EXPECT_EQ(selection->bridged, (std::set<std::string>{bridge, "upstream"})) << "where all three reach it";
  EXPECT_EQ(selection->suite.pairs, (std::vector<std::pair<std::string, std::string>>{
                                        {process, host}, {process, bridge}, {host, bridge}}));
  EXPECT_EQ(selection->overrides[host]["workers"], "2");
  EXPECT_EQ(selection->overrides[bridge]["workers"], "3");
  choice.backends = {"docker"};
  choice.set = {};
  selection = select(choice);
  ASSERT_TRUE(selection) << selection.error().what;
  EXPECT_EQ(selection->contained, (std::set<std::string>{bridge, process, "upstream"}));
  choice.networks = {"brigde"};
  EXPECT_FALSE(select(choice));
}

TEST(Select, OnDockerAloneEverythingIsContained) {
  auto choice = io();
  choice.backends = {"docker"};
  auto selection = select(choice);
  ASSERT_TRUE(selection) << selection.error().what;
  EXPECT_EQ(selection->contained, (std::set<std::string>{"flask-gunicorn", "quart-hypercorn", "upstream"}));
  EXPECT_EQ(selection->suite.baseline, "flask-gunicorn");
  choice.profile = "seed";
  EXPECT_EQ(select(choice)->bridged.size(), 3U);
  choice.networks = {"host"};
  EXPECT_TRUE(select(choice)->bridged.empty());
  choice.backends = {"dokcer"};
  EXPECT_FALSE(select(choice));
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
