// Loads with phases, cells on demand, and what profiles make of loads.
#include "suite/record.h"
#include "suite/steady_suite_for_test.h"

namespace shootout::suite {
namespace {

// Line numbers count from this text's first line.
const std::string kSpike = R"(suite: spike
contenders: [a, b]
baseline: leader
scenarios:
  one: {request: {target: "/?n={n}"}}
  two: {request: {target: /two}}
loads:
  steady:
    connections: "{c}"
    window: 0.5
    cells:
      one: {c: 5, n: 1}
      two: {c: 6}
  spike:
    checked_share: 10%
    phases:
      - {connections: 10, seconds: 1}
      - {connections: 500, seconds: 2.5, role: hold, name: the top}
      - {connections: 20, seconds: 1, role: cool_down}
    cells: {one: {n: 2}}
    also_cells: {two: {}}
profiles:
  quick: {replicates: 2, blocks: 3}
  seed:
    replicates: 3
    limits: {cpus: 2, memory: 512MB}
    loads:
      steady: {window: 180, cells: {two: {c: 50}}}
      spike:
        phases: [{connections: 1, seconds: 15}, {connections: 2, seconds: 15}]
)";

std::string spike_with(const std::string& old_text, const std::string& new_text) {
  std::string text = kSpike;
  const size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return at == std::string::npos ? text : text.replace(at, old_text.size(), new_text);
}

std::string mistake(const std::string& old_text, const std::string& new_text) {
  const auto suite = parse_suite(spike_with(old_text, new_text), "s.yaml");
  return suite ? "accepted" : suite.error().what;
}

TEST(Spikes, HavePhases) {
  const Suite suite = suite_of(kSpike);
  const Load& load = *find_load(suite, "spike").value();
  ASSERT_EQ(load.phases.size(), 3u);
  EXPECT_EQ(load.phases[0].name, "10 connections");
  EXPECT_EQ(load.phases[0].role, Phase::Role::ramp);
  EXPECT_EQ(load.phases[1].name, "the top");
  EXPECT_EQ(load.phases[1].seconds, 2.5);
  EXPECT_EQ(load.phases[1].role, Phase::Role::hold);
  EXPECT_EQ(load.phases[2].role, Phase::Role::cool_down);
  EXPECT_EQ(load.decides, "requests_per_second");
  EXPECT_FALSE(load.window);

  const auto cell = cell_of(suite, load, suite.scenarios[0], Launchable{});
  ASSERT_TRUE(cell) << cell.error().what;
  EXPECT_EQ(cell->connections, 500u);
  EXPECT_EQ(cell->phases.size(), 3u);
  EXPECT_FALSE(cell->window);
  EXPECT_EQ(cell->target, "/?n=2");
}

TEST(Spikes, MistakesAreTold) {
  EXPECT_EQ(mistake("    checked_share: 10%\n", "    connections: 10\n    window: 1\n"),
            "s.yaml:15: connections: not together with 'phases', which say how many connections and for how "
            "long\n"
            "s.yaml:16: window: not together with 'phases', which say how many connections and for how long");
  EXPECT_EQ(mistake("connections: 500", "connections: 0"),
            "s.yaml:18: connections: must be between 1 and 100000, found 0");
  EXPECT_EQ(mistake("seconds: 2.5", "seconds: 0"),
            "s.yaml:18: seconds: must be between 0.05 and 86400, found 0");
  EXPECT_EQ(mistake("role: hold", "role: holt"),
            "s.yaml:18: role: there is no role 'holt'; did you mean 'hold'?");
  EXPECT_EQ(mistake("checked_share: 10%", "decides: duration_s"),
            "s.yaml:15: decides: phases last as long as they are told to; such a load has no duration of its "
            "own");
  EXPECT_EQ(mistake("phases: [{connections: 1, seconds: 15}, {connections: 2, seconds: 15}]",
                    "phases: [{connections: 1, seconds: 15}]"),
            "s.yaml:30: phases: at least two phases are needed");
  EXPECT_EQ(mistake("also_cells: {two: {}}", "also_cells: {one: {}}"),
            "s.yaml:21: also_cells: 'one' is among 'cells' already");
}

TEST(AlsoCells, AreThereForScenariosThatAreAskedForByName) {
  const Suite suite = suite_of(kSpike);
  EXPECT_FALSE(suite.loads[1].cells.contains("two"));
  EXPECT_FALSE(with_also_cells(suite, {"one"}).loads[1].cells.contains("two"));
  const Suite asked = with_also_cells(suite, {"two"});
  EXPECT_TRUE(asked.loads[1].cells.contains("two"));
  EXPECT_TRUE(asked.loads[1].cells.contains("one"));
  EXPECT_TRUE(cell_of(asked, asked.loads[1], asked.scenarios[1], Launchable{}));
}

TEST(Profiles, LayTheirKeysOverTheSuitesLoads) {
  const Suite suite = suite_of(kSpike);
  EXPECT_EQ(find_profile(suite, "quick").value()->loads.size(), 0u);
  EXPECT_EQ(with_profile(suite, "quick").loads[0].window->seconds, 0.5);
  const Suite seed = with_profile(suite, "seed");
  ASSERT_EQ(seed.loads.size(), 2u);
  EXPECT_EQ(seed.loads[0].window->seconds, 180);
  EXPECT_EQ(seed.loads[0].connections, "{c}");
  EXPECT_EQ(seed.loads[0].cells.at("one"), (std::map<std::string, std::string>{{"c", "5"}, {"n", "1"}}));
  EXPECT_EQ(seed.loads[0].cells.at("two").at("c"), "50");
  ASSERT_EQ(seed.loads[1].phases.size(), 2u) << "a list replaces the list";
  EXPECT_EQ(seed.loads[1].checked_share, 0.1);
  EXPECT_TRUE(seed.loads[1].also_cells.contains("two"));
  // What lies below is as it was.
  EXPECT_EQ(suite.loads[0].window->seconds, 0.5);
  EXPECT_EQ(suite.loads[0].cells.at("two").at("c"), "6");
  EXPECT_EQ(suite.loads[1].phases.size(), 3u);
}

TEST(Profiles, HaveLimits) {
  const Suite suite = suite_of(kSpike);
  const auto& limits = find_profile(suite, "seed").value()->limits;
  EXPECT_EQ(limits.cpus, 2);
  EXPECT_EQ(limits.memory_bytes, 512 << 20);
  EXPECT_EQ(find_profile(suite, "quick").value()->limits.cpus, 0);
  EXPECT_EQ(mistake("cpus: 2", "cpus: 0"), "s.yaml:26: cpus: must be between 0.01 and 4096, found 0");
  EXPECT_EQ(mistake("memory: 512MB", "memory: 512"),
            "s.yaml:26: memory: must be between 1048576 and 1125899906842624 bytes, found 512");
  EXPECT_EQ(mistake("cpus: 2", "cpu: 2"), "s.yaml:26: unknown key 'cpu'; did you mean 'cpus'?");
}

TEST(Profiles, MistakesInTheirLoadsAreToldWhereTheyStand) {
  EXPECT_EQ(mistake("      steady: {window: 180", "      stedy: {window: 180"),
            "s.yaml:28: stedy: there is no load 'stedy'; did you mean 'steady'?");
  EXPECT_EQ(mistake("window: 180", "window: long"), "s.yaml:28: window: expected a number, found 'long'");
  EXPECT_EQ(mistake("{c: 50}", "{c: many}"),
            "s.yaml:9: connections: scenario 'two': expected a whole number, found 'many'");
  EXPECT_EQ(mistake("two: {c: 50}", "tow: {c: 50}"),
            "s.yaml:28: tow: there is no scenario 'tow'; did you mean 'two'?");
  EXPECT_EQ(mistake("      steady: {window: 180, cells: {two: {c: 50}}}", "      steady: 5"),
            "s.yaml:28: steady: expected a map with keys of a load");
  EXPECT_EQ(mistake("window: 180", "windows: 180"),
            "s.yaml:28: unknown key 'windows'; did you mean 'window'?");
}

TEST(Baseline, MayBeWhoeverLeads) {
  EXPECT_EQ(suite_of(kSpike).baseline, kLeader);
  EXPECT_EQ(suite_of(kSpike).contenders, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(mistake("contenders: [a, b]", "contenders: [a, leader]"),
            "s.yaml:2: contenders: as a baseline this name stands for whoever leads; choose another");
}

TEST(SuiteOfARun, IsItsProfilesWithTheCellsThatWereAskedFor) {
  RunRecord run;
  run.id = "r1";
  run.suite = "spike";
  run.profile = "seed";
  run.suite_text = kSpike;
  auto suite = suite_of(run);
  ASSERT_TRUE(suite) << suite.error().what;
  EXPECT_EQ(suite->loads[0].window->seconds, 180);
  EXPECT_FALSE(suite->loads[1].cells.contains("two"));
  run.plan = {{"scenarios_asked", {"two"}}};
  suite = suite_of(run);
  ASSERT_TRUE(suite);
  EXPECT_TRUE(suite->loads[1].cells.contains("two"));
  run.suite_text = "suite: [";
  EXPECT_TRUE(suite_of(run).error().what.starts_with("spike.yaml of run r1:1: not valid YAML"));
}

TEST(FrameworksSuite, IsRight) {
  const auto suite = read_suite(std::filesystem::path(SHOOTOUT_SOURCE_DIR) / "suites" / "frameworks.yaml");
  ASSERT_TRUE(suite) << suite.error().what;
  EXPECT_EQ(suite->scenarios.size(), 7u);
  EXPECT_EQ(suite->baseline, kLeader);
  for (const auto& profile : suite->profiles) {
    std::vector<std::string> every;
    for (const auto& scenario : suite->scenarios) every.push_back(scenario.name);
    const Suite measured = with_also_cells(with_profile(*suite, profile.name), every);
    for (const auto& load : measured.loads) {
      for (const auto& scenario : measured.scenarios) {
        if (!load.cells.contains(scenario.name)) continue;
        Launchable contender;
        contender.health = "/ping";
        const auto cell = cell_of(measured, load, scenario, contender);
        ASSERT_TRUE(cell) << cell.error().what;
        EXPECT_EQ(cell->phases.empty(), load.name == "steady");
        if (load.name != "steady" || profile.name != "seed") continue;
        EXPECT_EQ(cell->connections, 50u);
      }
    }
  }
}

}  // namespace
}  // namespace shootout::suite
