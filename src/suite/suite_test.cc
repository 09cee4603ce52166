#include "suite/suite.h"

#include <gtest/gtest.h>

#include <random>

#include "suite/yaml_reader.h"

namespace shootout::suite {
namespace {

namespace fs = std::filesystem;

const fs::path kTests = fs::path(SHOOTOUT_SOURCE_DIR) / "tests" / "suites";
const fs::path kIo = fs::path(SHOOTOUT_SOURCE_DIR) / "suites" / "io.yaml";

// A small suite that is right; the tests of errors change one line of it.
const std::string kSmall = R"(suite: small
contenders: [a, b]
also: [c]
baseline: b
pairs:
  - [a, c]
services:
  upstream:
    make: native
    makes: {native: up, other: up2}
request:
  target: "{path.x}?n={calls}"
  checks:
    - {json: /n, equals: "{calls}"}
  upstream_calls: "{calls}"
verify:
  - {target: "{health}", status: 200}
scenarios:
  one: {title: One}
  two: {}
loads:
  l:
    connections: "{clients}"
    counts: upstream calls
    cells:
      one: {clients: 5, calls: 2, delay: 1.0}
    words:
      - {at_least: 0, says: low}
      - {at_least: 2, says: high}
claims:
  - says: fast
    test: {kind: speedup, load: l, scenario: one, low: 1, high: 2}
advice:
  - {group: g, says: s, when: {kind: average_speedup, load: l, below: 1.2}}
profiles:
  quick:
    replicates: 3
    set: {upstream: other, a.workers: 2}
)";

std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = kSmall;
  const size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return at == std::string::npos ? text : text.replace(at, old_text.size(), new_text);
}

Suite small() {
  auto suite = parse_suite(kSmall, "small.yaml");
  EXPECT_TRUE(suite) << suite.error().what;
  return suite ? *suite : Suite{};
}

Launchable launchable() {
  Launchable contender;
  contender.name = "a";
  contender.folder = "/contenders/a";
  contender.health = "/health";
  contender.paths = {{"x", "/bench"}};
  return contender;
}

TEST(ReadSuite, TheIoSuiteIsRight) {
  const auto suite = read_suite(kIo);
  ASSERT_TRUE(suite) << suite.error().what;
  EXPECT_EQ(suite->name, "io");
  EXPECT_EQ(suite->contenders, (std::vector<std::string>{"flask-gunicorn", "quart-hypercorn"}));
  ASSERT_EQ(suite->scenarios.size(), 5u);
  EXPECT_EQ(suite->scenarios[4].name, "stress");
  ASSERT_EQ(suite->loads.size(), 2u);
  EXPECT_EQ(suite->loads[0].name, "clients");
  EXPECT_EQ(suite->loads[0].cells.at("medium"),
            (std::map<std::string, std::string>{{"clients", "20"}, {"delay", "0.5"}, {"calls", "1"}}));
  EXPECT_EQ(suite->loads[1].words[0].at_least, 5);
  EXPECT_FALSE(suite->claims.empty());
  EXPECT_EQ(suite->gates.replicates_to_decide, 3);
  EXPECT_EQ(find_profile(*suite, "seed").value()->set.at("upstream"), "fastapi");
  EXPECT_EQ(suite->text, read_text(kIo).value());
}

TEST(ReadSuite, EveryCellOfTheIoSuiteFills) {
  const auto suite = read_suite(kIo);
  ASSERT_TRUE(suite);
  auto contender = launchable();
  contender.paths = {{"io-test", "/benchmark/flask-io-test"}};
  for (const auto& load : suite->loads) {
    for (const auto& scenario : suite->scenarios) {
      const auto cell = cell_of(*suite, load, scenario, contender);
      EXPECT_TRUE(cell) << cell.error().what;
    }
  }
  const auto stress = cell_of(*suite, suite->loads[1], suite->scenarios[4], contender);
  ASSERT_TRUE(stress);
  EXPECT_EQ(stress->target, "/benchmark/flask-io-test?delay=0.3&concurrent=50");
  EXPECT_EQ(stress->upstream_calls, 50u);
  ASSERT_TRUE(suite->warm_up);
  const auto warm_up = warm_up_cell(*suite, contender);
  ASSERT_TRUE(warm_up) << warm_up.error().what;
  EXPECT_TRUE(warm_up->target.starts_with("/benchmark/flask-io-test?delay="));
  EXPECT_EQ(warm_up->connections, suite->warm_up->connections);
}

// The suites of docs/suites.md, in their order.
std::vector<std::string> suites_of_the_docs() {
  const std::string docs = read_text(fs::path(SHOOTOUT_SOURCE_DIR) / "docs" / "suites.md").value();
  const std::string fence = "```yaml\n";
  std::vector<std::string> suites;
  for (size_t at = docs.find(fence); at != std::string::npos; at = docs.find(fence, at)) {
    at += fence.size();
    suites.push_back(docs.substr(at, docs.find("```", at) - at));
  }
  return suites;
}

TEST(ReadSuite, TheSmallestOneOfTheDocsIsRight) {
  const auto suite = parse_suite(suites_of_the_docs().at(0), "docs");
  ASSERT_TRUE(suite) << suite.error().what;
  EXPECT_EQ(suite->baseline, "flask-gunicorn");
  auto contender = launchable();
  contender.paths = {{"io-test", "/io"}};
  EXPECT_EQ(cell_of(*suite, suite->loads[0], suite->scenarios[0], contender)->target,
            "/io?delay=0.1&concurrent=1");
}

TEST(ReadSuite, TheSteadyOneOfTheDocsIsRight) {
  const auto suite = parse_suite(suites_of_the_docs().at(1), "docs");
  ASSERT_TRUE(suite) << suite.error().what;
  const auto cell = cell_of(*suite, suite->loads.at(1), suite->scenarios[0], launchable());
  ASSERT_TRUE(cell) << cell.error().what;
  EXPECT_EQ(cell->target, "/health?n={n:1..1000}");
  EXPECT_EQ(cell->rate, 200);
  EXPECT_EQ(suite->variants.at(0).of, "flask-gunicorn");
}

TEST(ReadSuite, TheMixedOneOfTheDocsIsRight) {
  const auto suite = parse_suite(suites_of_the_docs().at(2), "docs");
  ASSERT_TRUE(suite) << suite.error().what;
  for (const auto& load : suite->loads) {
    for (const auto& scenario : suite->scenarios) {
      if (!load.cells.contains(scenario.name)) continue;
      EXPECT_TRUE(cell_of(*suite, load, scenario, launchable()));
    }
  }
  EXPECT_EQ(suite->scenarios.at(1).request.body.size, 5242880u);
  EXPECT_EQ(with_profile(*suite, "seed").loads.at(0).window->seconds, 180);
}

TEST(ReadSuite, PutsBaselineFirstAndThresholdsFromTheHighest) {
  const auto suite = small();
  EXPECT_EQ(suite.contenders, (std::vector<std::string>{"b", "a"}));
  ASSERT_EQ(suite.loads.at(0).words.size(), 2u);
  EXPECT_EQ(suite.loads[0].words[0].says, "high");
  EXPECT_EQ(suite.pairs.at(0), (std::pair<std::string, std::string>{"a", "c"}));
  EXPECT_EQ(suite.scenarios.at(1).title, "two");
  EXPECT_EQ(suite.scenarios[1].request.target, "{path.x}?n={calls}");
}

struct Wrong {
  std::string old_text, new_text, error;
};

TEST(ReadSuite, SaysWhatIsWrongAndWhere) {
  const std::vector<Wrong> table{
      {"also:", "alos:",
       "s.yaml:3: unknown key 'alos'; did you mean 'also'?\n"
       "s.yaml:6: pairs: there is no contender 'c'; did you mean 'b'?"},
      {"suite: small", "title: small", "s.yaml:1: missing key 'suite'"},
      {"suite: small", "suite: a b", "s.yaml:1: suite: a name is made of letters, digits, '-' and '_'"},
      {"contenders: [a, b]", "contenders: a",
       "s.yaml:2: contenders: expected a list, found 'a'\n"
       "s.yaml:6: pairs: there is no contender 'a'; did you mean 'c'?\n"
       "s.yaml:38: a.workers: there is no contender 'a'; did you mean 'c'?"},
      {"[a, b]", "[a, a]",
       "s.yaml:2: contenders: 'a' comes twice\n"
       "s.yaml:4: baseline: there is no contender 'b'; did you mean 'a'?"},
      {"[c]", "[a, c]", "s.yaml:3: also: 'a' is among 'contenders' already"},
      {"baseline: b", "baseline: [b]", "s.yaml:4: baseline: expected a text, found a list"},
      {"baseline: b", "baseline: bb", "s.yaml:4: baseline: there is no contender 'bb'; did you mean 'b'?"},
      {"- [a, c]", "- [a, c, b]", "s.yaml:6: pairs: a pair is a list of two contenders, the baseline first"},
      {"make: native", "make: nativ", "s.yaml:9: make: there is no make 'nativ'; did you mean 'native'?"},
      {"    make: native\n", "", "s.yaml:9: missing key 'make'"},
      {"{path.x}?", "{path.x?", "s.yaml:12: target: a '{' without its '}' in '{path.x?n={calls}'"},
      {"json: /n", "json: n", "s.yaml:14: json: must be a JSON pointer (RFC 6901), such as /a/0/b"},
      {"verify:", "warm_up: {target: /, connections: 0}\nverify:",
       "s.yaml:16: connections: must be between 1 and 100000, found 0"},
      {"verify:", "warm_up: {connections: 1}\nverify:", "s.yaml:16: missing key 'target'"},
      {"status: 200", "status: 20", "s.yaml:17: status: must be between 100 and 599, found 20"},
      {"status: 200", "status: ok", "s.yaml:17: status: expected a whole number, found 'ok'"},
      {"  two: {}", "  one: {}", "s.yaml:20: key 'one' comes twice; first on line 19"},
      {"connections: \"{clients}\"", "conections: 5",
       "s.yaml:23: missing key 'connections'\n"
       "s.yaml:23: unknown key 'conections'; did you mean 'connections'?"},
      {"clients: 5", "clients: 0",
       "s.yaml:23: connections: scenario 'one': must be between 1 and 100000, found 0"},
      {"clients: 5", "clients: many",
       "s.yaml:23: connections: scenario 'one': expected a whole number, found 'many'"},
      {"clients: 5", "client: 5",
       "s.yaml:23: connections: scenario 'one': nothing fills {clients} in '{clients}': there is no value "
       "'clients'; did you mean 'client'?"},
      {"counts: upstream calls", "counts: calls",
       "s.yaml:24: counts: there is no way to count 'calls'; there are: client requests, upstream calls"},
      {"  upstream_calls: \"{calls}\"\n", "",
       "s.yaml:21: loads: 'l' counts upstream calls, but the request of scenario 'one' has no "
       "'upstream_calls'"},
      {"      one: {clients", "      on: {clients",
       "s.yaml:26: on: there is no scenario 'on'; did you mean 'one'?"},
      {"delay: 1.0", "delay: [1]", "s.yaml:26: delay: expected a text, found a list"},
      {"delay: 1.0", "health: 1.0",
       "s.yaml:26: health: this name is the contender's health path; choose another"},
      {"at_least: 2", "at_least: two", "s.yaml:29: at_least: expected a number, found 'two'"},
      {"at_least: 2", "at_least: -2", "s.yaml:29: at_least: must be between 0 and 1000000, found -2"},
      {"at_least: 2", "at_least: .nan", "s.yaml:29: at_least: expected a number, found '.nan'"},
      {"at_least: 2", "at_least: 0", "s.yaml:29: at_least: 0 comes twice"},
      {"kind: speedup", "kind: speedpu",
       "s.yaml:32: kind: there is no kind 'speedpu'; did you mean 'speedup'?"},
      {"kind: speedup, ", "", "s.yaml:32: missing key 'kind'"},
      {"load: l, scenario", "load: k, scenario", "s.yaml:32: load: there is no load 'k'; did you mean 'l'?"},
      {"scenario: one, ", "", "s.yaml:32: missing key 'scenario'"},
      {"low: 1, high: 2", "low: 2, high: 1", "s.yaml:32: 'low' (2) lies above 'high' (1)"},
      {", low: 1, high: 2", "", "s.yaml:32: 'low' or 'high' is needed"},
      {"below: 1.2", "blow: 1.2",
       "s.yaml:34: 'at_least' or 'below' is needed\n"
       "s.yaml:34: unknown key 'blow'; did you mean 'below'?"},
      {"quick:", "qick:",
       "s.yaml:36: profiles: profile 'quick' is missing, which is the default\n"
       "s.yaml:37: qick: there is no profile 'qick'; did you mean 'quick'?"},
      {"replicates: 3", "replicates: 2.5", "s.yaml:37: replicates: expected a whole number, found '2.5'"},
      {"upstream: other", "upstream: otter",
       "s.yaml:38: upstream: there is no make 'otter'; did you mean 'other'?"},
      {"upstream: other", "upstraem: other",
       "s.yaml:38: upstraem: there is no service 'upstraem'; did you mean 'upstream'?"},
      {"a.workers", "d.workers", "s.yaml:38: d.workers: there is no contender 'd'; did you mean 'b'?"},
      {"also: [c]", "also: [c", "s.yaml:4: not valid YAML: end of sequence flow not found"},
      {"also: [c]", "also: [*c]", "s.yaml:3: not valid YAML: the referenced anchor is not defined"},
      {"also: [c]", "also: [c]\n[d]: e", "s.yaml:4: a key must be a text"},
      {"also: [c]", "also: [c]\n---\na: b", "s.yaml:5: a second document; one is expected"},
  };
  for (const auto& wrong : table) {
    const auto suite = parse_suite(with(wrong.old_text, wrong.new_text), "s.yaml");
    if (suite) {
      ADD_FAILURE() << "accepted: " << wrong.new_text;
      continue;
    }
    EXPECT_EQ(suite.error().what, wrong.error) << wrong.new_text;
    EXPECT_EQ(suite.error().code, ExitCode::usage);
  }
}

TEST(ReadSuite, AnEmptyOrMissingFileIsAnError) {
  EXPECT_EQ(parse_suite("", "s.yaml").error().what, "s.yaml: the file is empty");
  EXPECT_EQ(parse_suite("# nothing\n", "s.yaml").error().what, "s.yaml: the file is empty");
  EXPECT_EQ(parse_suite("- a\n", "s.yaml").error().what.substr(0, 39),
            "s.yaml:1: expected a map, found a list\n");
  EXPECT_EQ(read_suite("/nowhere/s.yaml").error().what,
            "cannot read /nowhere/s.yaml: No such file or directory");
  EXPECT_EQ(read_suite("/tmp").error().what, "cannot read /tmp: Is a directory");
}

TEST(ReadSuite, NoTextMakesItCrash) {
  std::mt19937 random(1);
  auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  const std::string marks = "{}[]:-#&*!|>'\"%@`\n\t \x01";
  for (const auto& file : {kIo, kIo.parent_path() / "frameworks.yaml", kTests / "steady.yaml"}) {
    const std::string text = read_text(file).value();
    int accepted = 0;
    for (int round = 0; round < 150; ++round) {
      std::string broken = text.substr(0, below(text.size()));
      if (round % 2 == 1) {  // whole, but with a few bytes changed
        broken = text;
        for (int i = 0; i < 5; ++i) broken[below(broken.size())] = marks[below(marks.size())];
      }
      accepted += parse_suite(broken, "s.yaml") ? 1 : 0;
    }
    EXPECT_LT(accepted, 150) << file;
  }
  EXPECT_FALSE(parse_suite(std::string(100'000, '['), "s.yaml"));
  EXPECT_FALSE(parse_suite("a: &a [*a]", "s.yaml"));
}

TEST(CellOf, FillsFromCellAndContender) {
  const auto suite = small();
  const auto cell = cell_of(suite, suite.loads[0], suite.scenarios[0], launchable());
  ASSERT_TRUE(cell) << cell.error().what;
  EXPECT_EQ(cell->target, "/bench?n=2");
  EXPECT_EQ(cell->method, "GET");
  EXPECT_EQ(cell->connections, 5u);
  EXPECT_EQ(cell->requests_per_connection, 1u);
  EXPECT_EQ(cell->upstream_calls, 2u);
  ASSERT_EQ(cell->checks.size(), 1u);
  EXPECT_EQ(cell->checks[0].equals, "2");
  EXPECT_EQ(cell->values.at("delay"), "1.0");
}

TEST(CellOf, TextsThatAreNoJsonBecomeJsonStrings) {
  const auto suite = parse_suite(with("equals: \"{calls}\"", "equals: \"x{calls}\""), "s.yaml");
  ASSERT_TRUE(suite);
  EXPECT_EQ(cell_of(*suite, suite->loads[0], suite->scenarios[0], launchable())->checks[0].equals, "\"x2\"");
}

TEST(CellOf, SaysWhatDoesNotFill) {
  auto error = [](const std::string& text, const Launchable& contender) {
    const auto suite = parse_suite(text, "s.yaml");
    EXPECT_TRUE(suite) << suite.error().what;
    return suite ? cell_of(*suite, suite->loads[0], suite->scenarios[0], contender).error() : Error{};
  };
  EXPECT_EQ(error(with("n={calls}", "n={cals}"), launchable()).what,
            "s.yaml: load 'l', scenario 'one': nothing fills {cals} in '{path.x}?n={cals}': there is no "
            "value 'cals'; "
            "did you mean 'calls'?");
  EXPECT_EQ(
      error(with("{path.x}?", "{path.x} ?"), launchable()).what,
      "s.yaml: load 'l', scenario 'one': a target begins with '/' and has no spaces, found '/bench ?n=2'");
  EXPECT_EQ(error(with("  upstream_calls: \"{calls}\"", "  upstream_calls: \"{delay}\""), launchable()).what,
            "s.yaml: load 'l', scenario 'one': upstream_calls: expected a whole number, found '1.0'");
  auto without = launchable();
  without.paths.clear();
  const auto no_path = error(kSmall, without);
  EXPECT_EQ(
      no_path.what,
      "s.yaml: load 'l', scenario 'one': contender 'a' has no path 'x', which '{path.x}?n={calls}' needs");
  EXPECT_EQ(no_path.remedy, "give it under 'paths' in /contenders/a/contender.yaml");

  const auto suite = small();
  EXPECT_EQ(cell_of(suite, suite.loads[0], suite.scenarios[1], launchable()).error().what,
            "small.yaml: load 'l' has no cell for scenario 'two'");
}

TEST(Find, SuggestsTheNearest) {
  const auto suite = small();
  EXPECT_EQ(find_scenario(suite, "two").value()->name, "two");
  EXPECT_EQ(find_scenario(suite, "tow").error().what,
            "suite 'small': there is no scenario 'tow'; did you mean 'two'?");
  EXPECT_EQ(find_load(suite, "internal").error().what,
            "suite 'small': there is no load 'internal'; there are: l");
  EXPECT_EQ(find_profile(suite, "qick").error().what,
            "suite 'small': there is no profile 'qick'; did you mean 'quick'?");
}

TEST(CheckContenders, NamesWhatIsMissing) {
  const auto suite = small();
  std::map<std::string, Contender> contenders;
  for (const char* name : {"a", "b", "c", "up", "up2"}) contenders[name].name = name;
  contenders["up"].provides = contenders["up2"].provides = "upstream";
  contenders["a"].needs = {"upstream"};
  EXPECT_TRUE(check_contenders(suite, contenders));

  contenders["a"].needs = {"postgres"};
  contenders["up2"].provides.clear();
  contenders.erase("c");
  EXPECT_EQ(check_contenders(suite, contenders).error().what,
            "small.yaml: contender 'a' needs 'postgres', which is not among the suite's services\n"
            "small.yaml: there is no contender 'c'; did you mean 'a'?\n"
            "small.yaml: service 'upstream', make 'other': 'up2' does not say 'provides: upstream'");
}

}  // namespace
}  // namespace shootout::suite
