// What requests carry: headers, bodies, messages; and the rows that answers claim.
#include "suite/request_slots.h"
#include "suite/steady_suite_for_test.h"

namespace shootout::suite {
namespace {

// A suite with this request; it stands on line 7 of the text.
std::string with_request(const std::string& request, const std::string& of_scenario = {}) {
  return R"(suite: s
contenders: [a]
services:
  postgres: {make: own, makes: {own: postgres}}
scenarios:
  one:
    request: )" +
         request + "\n" + of_scenario + R"(
loads:
  l: {connections: 2, cells: {one: {b: 7}}}
profiles:
  quick: {replicates: 2}
)";
}

Cell cell(const std::string& request) {
  const Suite suite = suite_of(with_request(request));
  if (suite.loads.empty()) return {};
  const auto filled = cell_of(suite, suite.loads[0], suite.scenarios[0], Launchable{});
  EXPECT_TRUE(filled) << request << ": " << filled.error().what;
  return filled.value_or(Cell{});
}

std::string mistake(const std::string& request, const std::string& of_scenario = {}) {
  const auto suite = parse_suite(with_request(request, of_scenario), "s.yaml");
  if (!suite) return suite.error().what;
  const auto filled = cell_of(*suite, suite->loads[0], suite->scenarios[0], Launchable{});
  return filled ? "accepted" : filled.error().what;
}

TEST(Bodies, AJsonTextNeedsNoEscapes) {
  const Cell post = cell(R"({method: POST, target: /w, headers: {Content-Type: application/json},
                             body: {text: '{"name": "{uuid}", "in": {"b": {b}, "n": {n:1..9}}}'},
                             checks: [{json: /id, equals: "{n}"}, {json: /name, equals: "{uuid}"}]})");
  EXPECT_EQ(post.method, "POST");
  EXPECT_EQ(post.headers, (std::map<std::string, std::string>{{"Content-Type", "application/json"}}));
  EXPECT_EQ(post.body.kind, BodySpec::Kind::text);
  // To the engine "{{" is a brace, whatever comes after it.
  EXPECT_EQ(post.body.text, R"({{"name": "{uuid}", "in": {{"b": 7, "n": {n:1..9}}})");
  EXPECT_EQ(post.checks.at(0).equals, "{n}");
  EXPECT_EQ(post.checks.at(1).equals, "\"{uuid}\"");
}

TEST(Bodies, UploadsHaveSizesAndVariants) {
  const Cell raw = cell(R"({method: PUT, target: /u, body: {upload: 5MB, variants: 7},
      checks: [{json: /sha256, equals: "{body.sha256}"}, {json: /size, equals: "{body.size}"},
               {sha256: "{body.sha256}"}]})");
  EXPECT_EQ(raw.body.kind, BodySpec::Kind::upload);
  EXPECT_EQ(raw.body.size, 5242880u);
  EXPECT_EQ(raw.body.variants, 7u);
  EXPECT_EQ(raw.checks.at(0).equals, "\"{body.sha256}\"");
  EXPECT_EQ(raw.checks.at(1).equals, "{body.size}");
  EXPECT_EQ(raw.checks.at(2).equals, "{body.sha256}");
  const Cell form = cell("{method: POST, target: /u, body: {multipart: 100}}");
  EXPECT_EQ(form.body.kind, BodySpec::Kind::multipart);
  EXPECT_EQ(form.body.size, 100u);
  EXPECT_EQ(form.body.variants, 4u);
  EXPECT_EQ(cell("{method: POST, target: /u, body: {upload: 4GB}}").body.size, std::uint64_t{4} << 30);
}

TEST(Bodies, HeadersHaveSlotsAndPlaceholders) {
  const Cell get = cell(R"({target: /h, headers: {X-Id: "{id:1..5}", X-B: "b={b} {c", Accept: "*/*"},
                            checks: [{header: X-Id, equals: "{id}"}]})");
  EXPECT_EQ(get.headers.at("X-Id"), "{id:1..5}");
  EXPECT_EQ(get.headers.at("X-B"), "b=7 {{c");
  EXPECT_EQ(get.headers.at("Accept"), "*/*");
  EXPECT_EQ(get.checks.at(0).equals, "{id}");
  // One slot, wherever it comes.
  EXPECT_EQ(cell(R"({target: "/{id:1..5}", headers: {X-Id: "{id}"}})").headers.at("X-Id"), "{id}");
}

TEST(Messages, HaveATextOrASize) {
  const Cell sized = cell("{target: /ws, message: {size: 64KB, binary: true, in_flight: 3}}");
  ASSERT_TRUE(sized.message);
  EXPECT_EQ(sized.message->size, 65536u);
  EXPECT_TRUE(sized.message->binary);
  EXPECT_EQ(sized.message->in_flight, 3u);
  const Cell text = cell(R"({target: /ws, message: {text: '{"n": "{n:1..3}", "b": {b}}'},
                             checks: [{json: /n, equals: "{n}"}]})");
  EXPECT_EQ(text.message->text, R"({{"n": "{n:1..3}", "b": 7})");
  EXPECT_FALSE(text.message->binary);
  EXPECT_EQ(text.message->in_flight, 1u);
  EXPECT_EQ(text.checks.at(0).equals, "{n}");
}

TEST(Messages, FurtherOnesAreEchoedAsTheyStand) {
  const Suite suite =
      suite_of(with_request("{target: /ws, message: {size: 64}}",
                            R"(    also_echoes: [{text: "a {b}"}, {size: 125, binary: true}, {text: ""}])"));
  const auto& echoes = suite.scenarios.at(0).also_echoes;
  ASSERT_EQ(echoes.size(), 3u);
  EXPECT_EQ(echoes[0].text, "a {{b}");
  EXPECT_EQ(echoes[1].size, 125u);
  EXPECT_TRUE(echoes[1].binary);
  EXPECT_EQ(echoes[2].text, "");
  EXPECT_EQ(mistake("{target: /}", "    also_echoes: [{size: 1}]"),
            "s.yaml:8: also_echoes: only where the request is a 'message'");
  EXPECT_EQ(mistake("{target: /, message: {size: 1}}", "    also_echoes: [{siez: 1}]"),
            "s.yaml:8: a message has a 'text' or a 'size'\n"
            "s.yaml:8: unknown key 'siez'; did you mean 'size'?");
}

TEST(Bodies, FurtherOnesAreTakenToo) {
  const Suite suite = suite_of(with_request("{target: /up, method: POST, body: {upload: 5}}",
                                            "    also_takes: [{multipart: 5KB, variants: 2}]"));
  const auto& bodies = suite.scenarios.at(0).also_takes;
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(bodies[0].kind, BodySpec::Kind::multipart);
  EXPECT_EQ(bodies[0].size, 5120u);
  EXPECT_EQ(mistake("{target: /}", "    also_takes: [{multipart: 5}]"),
            "s.yaml:8: also_takes: only where the request has a body");
  EXPECT_EQ(mistake("{target: /, method: POST, body: {upload: 5}}", "    also_takes: [{text: a}]"),
            "s.yaml:8: also_takes: must be generated: 'upload' or 'multipart'");
}

TEST(Rows, AreClaimedOfATable) {
  const Cell read = cell("{target: /, rows: {table: items, read: 1}}");
  ASSERT_TRUE(read.rows);
  EXPECT_EQ(read.rows->table, "items");
  EXPECT_EQ(read.rows->read, 1u);
  EXPECT_EQ(read.rows->written, 0u);
  EXPECT_FALSE(cell("{target: /}").rows);
  EXPECT_EQ(mistake("{target: /, rows: {table: items}}"), "s.yaml:7: 'read' or 'written' is needed");
  EXPECT_EQ(mistake("{target: /, rows: {table: \"items; drop\", read: 1}}"),
            "s.yaml:7: table: a table's name is made of lower-case letters, digits and '_'");
  EXPECT_EQ(mistake("{target: /, rows: {table: items, read: 0}}"),
            "s.yaml:7: read: must be between 1 and 1000000, found 0");
  expect_mistakes({{"    - {size: 100}\n", "    - {size: 100}\n  rows: {table: items, read: 1}\n",
                    "s.yaml:11: rows: rows are counted in the service 'postgres', which is not among the "
                    "suite's services"}});
}

TEST(Bodies, MistakesAreTold) {
  const std::string at = "s.yaml:7: ";
  EXPECT_EQ(mistake("{target: /, body: {text: a}}"),
            at + "body: a GET request carries no body; write the method, such as POST");
  EXPECT_EQ(mistake("{method: HEAD, target: /, body: {upload: 1}}"),
            at + "body: a HEAD request carries no body; write the method, such as POST");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {}}"),
            at + "a body is one of text, upload and multipart");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {text: a, upload: 1}}"),
            at + "upload: not together with 'text'");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {uplaod: 1}}"),
            at + "a body is one of text, upload and multipart\n" + at +
                "unknown key 'uplaod'; did you mean 'upload'?");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {upload: 0}}"),
            at + "upload: must be between 1 and 4294967296 bytes, found 0");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {upload: 5GB}}"),
            at + "upload: must be between 1 and 4294967296 bytes, found 5GB");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {upload: 99999999999GB}}"),
            at + "upload: must be between 1 and 4294967296 bytes, found 99999999999GB");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {upload: 5 megs}}"),
            at + "upload: expected a number of bytes such as 5242880 or 512MB, found '5 megs'");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {upload: 1, variants: 65}}"),
            at + "variants: must be between 1 and 64, found 65");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {text: a, variants: 2}}"),
            at + "variants: a text has no variants; slots make each one another");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {upload: 1, content_type: a/b}}"),
            at + "content_type: only with 'text'; generated bodies have their own");
  EXPECT_EQ(
      mistake("{method: POST, target: /, body: {text: a, content_type: a/b}, headers: {content-type: c/d}}"),
      at + "body: its 'content_type' is among the headers already");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {text: '{\"a\": {n:1}}'}}"),
            at + "text: the slot {n:1} has no range of whole numbers, such as {n:1..1000}");
  EXPECT_EQ(mistake("{method: POST, target: \"/{n:1..5}\", body: {text: '{n:1..6}'}}"),
            at + "text: the slot {n:1..6} has another range before: {n:1..5}");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {text: '{bb}'}}"),
            "s.yaml: load 'l', scenario 'one': nothing fills {bb} in '{bb}': there is no value 'bb'; did you "
            "mean 'b'?");
  EXPECT_EQ(mistake("{method: POST, target: /, body: {text: '{b:1..2}'}}"),
            "s.yaml:10: b: the request has a slot of this name; choose another");
  EXPECT_EQ(mistake("{target: /, headers: {a b: c}}"),
            at + "a b: must be a header's name, such as Content-Type");
  EXPECT_EQ(mistake("{target: /, headers: {A: c, a: d}}"),
            at + "a: this header comes twice; its name has no case");
  EXPECT_EQ(mistake("{target: /, headers: {Content-Length: 5}}"),
            at + "Content-Length: this header is the engine's own to set");
  EXPECT_EQ(mistake("{target: /, headers: {A: \"b\\r\\nC: d\"}}"),
            at + "A: a header's value holds no line breaks and no control characters");
}

TEST(Messages, MistakesAreTold) {
  const std::string at = "s.yaml:7: ";
  EXPECT_EQ(mistake("{target: /, message: {}}"), at + "a message has a 'text' or a 'size'");
  EXPECT_EQ(mistake("{target: /, message: {text: a, size: 1}}"), at + "size: not together with 'text'");
  EXPECT_EQ(mistake("{target: /, message: {size: 1, binary: 1}}"),
            at + "binary: expected true or false, found '1'");
  EXPECT_EQ(mistake("{target: /, message: {size: 1, in_flight: 0}}"),
            at + "in_flight: must be between 1 and 10000, found 0");
  EXPECT_EQ(mistake("{method: POST, target: /, message: {size: 1}, body: {text: a}}"),
            at + "body: not together with 'message': a WebSocket's requests are its messages\n" + at +
                "method: not together with 'message': a WebSocket's requests are its messages");
  EXPECT_EQ(mistake("{target: /, message: {size: 1}, checks: [{header: A, equals: b}]}"),
            at + "checks: messages have no headers to check");
}

TEST(Verifications, SendBodiesAndAskTheDatabase) {
  const Suite suite = suite_of(R"(suite: s
contenders: [a]
services:
  postgres: {make: own, makes: {own: postgres}}
verify:
  - {scenario: one, method: POST, target: /w, body: '{"name": "x"}', content_type_sent: application/json,
     status: 201, row: {table: entries, pointer: /id}}
  - {target: /json, moves: /ts}
scenarios:
  one: {request: {target: /}}
loads:
  l: {connections: 2, cells: {one: {}}}
profiles:
  quick: {replicates: 2}
)");
  const auto& posted = suite.verifications.at(0);
  EXPECT_EQ(posted.scenario, "one");
  EXPECT_EQ(posted.method, "POST");
  EXPECT_EQ(posted.body, R"({"name": "x"})");
  EXPECT_EQ(posted.content_type_sent, "application/json");
  ASSERT_TRUE(posted.row);
  EXPECT_EQ(posted.row->table, "entries");
  EXPECT_EQ(posted.row->pointer, "/id");
  EXPECT_EQ(suite.verifications.at(1).scenario, "");
  EXPECT_EQ(suite.verifications.at(1).moves, "/ts");
  EXPECT_FALSE(suite.verifications.at(1).row);

  const auto told = [](const std::string& verification, const std::string& error) {
    expect_mistakes({{"scenarios:", "verify: [" + verification + "]\nscenarios:", error}});
  };
  told("{target: /, scenario: on}", "s.yaml:11: scenario: there is no scenario 'on'; did you mean 'one'?");
  told("{target: /, body: a}",
       "s.yaml:11: body: a GET request carries no body; write the method, such as POST");
  told("{target: /, method: PSOT}", "s.yaml:11: method: there is no method 'PSOT'; did you mean 'POST'?");
  told("{target: /, method: POST, content_type_sent: a/b}", "s.yaml:11: content_type_sent: only with 'body'");
  told("{target: /, moves: ts}", "s.yaml:11: moves: must be a JSON pointer (RFC 6901), such as /a/0/b");
  told("{target: /, row: {table: t, pointer: /id}}",
       "s.yaml:11: row: rows are counted in the service 'postgres', which is not among the suite's services");
}

}  // namespace
}  // namespace shootout::suite
