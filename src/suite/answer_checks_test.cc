// What answers must hold, and the engine's slots in it.
#include "suite/request_slots.h"
#include "suite/steady_suite_for_test.h"

namespace shootout::suite {
namespace {

using Kind = AnswerCheck::Kind;

// The cell of a request with these checks; `b` is 7.
Result<Cell> cell_with(const std::string& checks, const std::string& target = "/sum?a={a:1..9}&b={b}") {
  const std::string text = steady_with(
      kSteady.substr(kSteady.find("  target:"), kSteady.find("scenarios:") - kSteady.find("  target:")),
      "  target: \"" + target + "\"\n  checks: [" + checks + "]\n");
  const auto suite = parse_suite(text, "s.yaml");
  if (!suite) return std::unexpected(suite.error());
  return cell_of(*suite, suite->loads[0], suite->scenarios[0], Launchable{});
}

AnswerCheck check(const std::string& text) {
  const auto cell = cell_with(text);
  EXPECT_TRUE(cell) << text << ": " << cell.error().what;
  return cell && cell->checks.size() == 1 ? cell->checks[0] : AnswerCheck{};
}

std::string mistake(const std::string& checks, const std::string& target = "/sum?a={a:1..9}&b={b}") {
  const auto cell = cell_with(checks, target);
  return cell ? "accepted" : cell.error().what;
}

TEST(AnswerChecks, AreOfSevenKinds) {
  const std::vector<std::tuple<std::string, Kind, std::string, std::string>> table{
      {"{json: /b, equals: \"{b}\"}", Kind::json, "/b", "7"},
      {"{body: \"b={b}\"}", Kind::body, "", "b=7"},
      {"{body: \"\"}", Kind::body, "", ""},
      {"{contains: \"sum {b}\"}", Kind::contains, "", "sum 7"},
      {"{size: 120}", Kind::size, "", "120"},
      {"{size: \"10{b}\"}", Kind::size, "", "107"},
      {"{header: X-Sum, equals: \"{b}!\"}", Kind::header, "X-Sum", "7!"},
      {"{sha256: " + std::string(64, 'a') + "}", Kind::sha256, "", std::string(64, 'a')},
      {"{moves: /ts}", Kind::moves, "/ts", ""},
  };
  for (const auto& [text, kind, name, equals] : table) {
    const AnswerCheck read = check(text);
    EXPECT_EQ(read.kind, kind) << text;
    EXPECT_EQ(read.name, name) << text;
    EXPECT_EQ(read.equals, equals) << text;
  }
}

TEST(AnswerChecks, SlotsAreHandedToTheEngineAsTheyAre) {
  const auto cell = cell_with("", "/sum?a={a:1..9:in-order}&b={b}&again={a}&id={uuid}");
  ASSERT_TRUE(cell) << cell.error().what;
  EXPECT_EQ(cell->target, "/sum?a={a:1..9:in-order}&b=7&again={a}&id={uuid}");
  EXPECT_EQ(check("{json: /a, equals: \"{a}\"}").equals, "{a}");
  EXPECT_EQ(check("{json: /a, equals: '\"{a}\"'}").equals, "\"{a}\"");
  EXPECT_EQ(check("{json: /a, equals: \"no {a}\"}").equals, "\"no {a}\"");
  EXPECT_EQ(check("{contains: \"{a} + {b}\"}").equals, "{a} + 7");
  EXPECT_EQ(check("{size: \"{a}\"}").equals, "{a}");
}

TEST(AnswerChecks, BracesThatAreMeantAsSuchAreNoSlots) {
  // To the engine "{{" is a brace, and {b} would be a slot.
  EXPECT_EQ(check("{body: \"{{b} {b}\"}").equals, "{{b} 7");
  EXPECT_EQ(check("{json: /o, equals: '{{\"a\": {a}}'}").equals, "{{\"a\": {a}}");
}

TEST(AnswerChecks, MistakesAreTold) {
  const std::string at = "s.yaml:7: ";
  EXPECT_EQ(mistake("{}"), at + "a check is one of json, body, contains, size, sha256, header and moves");
  EXPECT_EQ(mistake("{jsno: /a, equals: 1}"),
            at + "a check is one of json, body, contains, size, sha256, header and moves\n" + at +
                "unknown key 'equals'; there are: json, body, contains, size, sha256, header, moves\n" + at +
                "unknown key 'jsno'; did you mean 'json'?");
  EXPECT_EQ(mistake("{body: a, size: 1}"), at + "size: a check is of one kind; write another check");
  EXPECT_EQ(mistake("{json: /a}"), at + "missing key 'equals'");
  EXPECT_EQ(mistake("{header: Date}"), at + "missing key 'equals'");
  EXPECT_EQ(mistake("{header: \"a b\", equals: c}"),
            at + "header: must be a header's name, such as Content-Type");
  EXPECT_EQ(mistake("{size: big}"), at + "size: expected a whole number, found 'big'");
  EXPECT_EQ(mistake("{size: -1}"), at + "size: must be between 0 and 1073741824, found -1");
  EXPECT_EQ(mistake("{size: \"{b}x\"}"),
            "s.yaml: load 'work', scenario 'one': size: expected a whole number, found '7x'");
  EXPECT_EQ(mistake("{sha256: abc}"), at + "sha256: a SHA-256 has 64 hex digits, found 'abc'");
  EXPECT_EQ(mistake("{sha256: \"{b}\"}"),
            "s.yaml: load 'work', scenario 'one': sha256: 64 hex digits are needed, found '7'");
  EXPECT_EQ(mistake("{moves: ts}"), at + "moves: must be a JSON pointer (RFC 6901), such as /a/0/b");
  EXPECT_EQ(mistake("{moves: /ts, equals: 1}"),
            at + "unknown key 'equals'; there are: json, body, contains, size, sha256, header, moves");
  EXPECT_EQ(mistake("{sha256: \"{body.sha256}\"}"), at + "sha256: {body.sha256} is of a request with a body");
  EXPECT_EQ(mistake("{contains: \"\"}"), at + "contains: an empty text is in every body");
  EXPECT_EQ(mistake("{contains: \"{aa}\"}"),
            "s.yaml: load 'work', scenario 'one': nothing fills {aa} in '{aa}': there is no value 'aa'; did "
            "you mean 'a'?");
}

TEST(AnswerChecks, MistakesInSlotsAreTold) {
  const std::string target = "s.yaml:6: target: ", at = "s.yaml:7: ";
  EXPECT_EQ(mistake("", "/{a:1..}"),
            target + "the slot {a:1..} has no range of whole numbers, such as {a:1..1000}");
  EXPECT_EQ(mistake("", "/{a:5..1}"),
            target + "the slot {a:5..1} has no range of whole numbers, such as {a:1..1000}");
  EXPECT_EQ(mistake("", "/{a:1..5:inorder}"),
            target + "the slot {a:1..5:inorder} has no range of whole numbers, such as {a:1..1000}");
  EXPECT_EQ(mistake("", "/{uuid:1..5}"),
            target + "the slot {uuid:1..5} has a name that is taken; choose another");
  EXPECT_EQ(
      mistake("", "/{1a:1..5}"),
      target +
          "the slot {1a:1..5}: a name is made of letters, digits, '-' and '_', and begins with a letter");
  EXPECT_EQ(mistake("", "/{a:1..5}/{a:1..6}"),
            target + "the slot {a:1..6} has another range before: {a:1..5}");
  EXPECT_EQ(mistake("{contains: \"{a:1..9}\"}"),
            at + "contains: the slot {a:1..9} gets its range in the request; here it is {a}");
  EXPECT_EQ(mistake("{contains: \"{uuid}\"}"), at + "contains: the request has no slot {uuid}");
  expect_mistakes({
      {"scenarios:", "verify: [{target: /, checks: [{moves: /ts}]}]\nscenarios:",
       "s.yaml:11: moves: one answer moves nothing; `moves` of the verification itself asks twice"},
      {"{b: 7}", "{b: 7, a: 3}", "s.yaml:17: a: the request has a slot of this name; choose another"},
      {"scenarios:", "verify: [{target: \"/{n:1..3}\"}]\nscenarios:",
       "s.yaml:11: target: slots are of a load's requests; write a value for 'n'"},
  });
}

TEST(AnswerChecks, VerificationsHaveAllKindsWithoutPlaceholders) {
  const Suite suite = suite_of(steady_with("scenarios:", R"(verify:
  - target: /sum?a=1
    checks:
      - {json: /a, equals: 1}
      - {json: /t, equals: text}
      - {body: "{a}"}
      - {contains: sum}
      - {size: 9}
      - {header: Content-Type, equals: application/json}
scenarios:)"));
  const auto& checks = suite.verifications.at(0).checks;
  ASSERT_EQ(checks.size(), 6u);
  EXPECT_EQ(checks[0].equals, "1");
  EXPECT_EQ(checks[1].equals, "\"text\"");
  EXPECT_EQ(checks[2].kind, Kind::body);
  EXPECT_EQ(checks[2].equals, "{a}");
  EXPECT_EQ(checks[3].kind, Kind::contains);
  EXPECT_EQ(checks[4].kind, Kind::size);
  EXPECT_EQ(checks[4].equals, "9");
  EXPECT_EQ(checks[5].name, "Content-Type");
}

TEST(RequestSlots, AreKnownByTheirColonOrAsUuid) {
  EXPECT_EQ(slots_in("/{path.x}/{n:1..5}/{uuid}?{n}={b}&{n:1..5}"), (std::vector<std::string>{"n", "uuid"}));
  EXPECT_TRUE(slots_in("/{{n:1..5}").empty());
  EXPECT_EQ(slots_in(R"({"a": {"b": "{uuid}"}, "c": {n:1..2}})", Braces::loose),
            (std::vector<std::string>{"uuid", "n"}));
}

}  // namespace
}  // namespace shootout::suite
