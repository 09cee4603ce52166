#include "engine/check.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "engine/sha256.h"

namespace shootout::engine {
namespace {

using Kind = Check::Kind;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kDigestOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

RequestPlan posting(std::string target, std::string text) {
  RequestPlan request;
  request.method = "POST";
  request.target = std::move(target);
  request.body.text = std::move(text);
  return request;
}

LoadPlan plan_with(std::vector<Check> checks, RequestPlan request = {}) {
  LoadPlan plan;
  plan.url = "http://h/";
  plan.mix = {std::move(request)};
  plan.checks = std::move(checks);
  return plan;
}

// The checks of a plan, and what they read from.
struct Checked {
  explicit Checked(const LoadPlan& plan)
      : source(*RequestSource::make(plan, Url{})), list(CheckList::make(plan, source)) {}
  RequestSource source;
  Result<CheckList> list;

  // What is wrong with an answer whose body comes in pieces of a length.
  std::string why_broken(AnswerCheck& check, std::string_view body, std::size_t piece, Ticket ticket = 0,
                         const Headers& headers = {}) const {
    check.begin(ticket);
    for (const auto& [name, value] : headers) check.on_header(name, value);
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size())))
      check.on_body(body.substr(0, piece));
    return check.broken().value_or("");
  }
};

std::string why_broken(const Check& check, std::string_view body, const Headers& headers = {}) {
  const Checked checked(plan_with({check}));
  EXPECT_TRUE(checked.list) << checked.list.error().what;
  CheckMemory memory;
  AnswerCheck whole(*checked.list, memory), split(*checked.list, memory);
  const std::string why = checked.why_broken(whole, body, body.size(), 0, headers);
  for (std::size_t piece = 1; piece < 5 && body.size() < 1000; ++piece) {
    EXPECT_EQ(checked.why_broken(split, body, piece, 0, headers), why);
  }
  return why;
}

void expect_says(const std::string& why, std::string_view says) {
  EXPECT_NE(why.find(says), std::string::npos) << why;
}

TEST(Check, LooksAtTheBody) {
  const char* body = "hello world";
  EXPECT_EQ(why_broken({Kind::body_contains, "", "o w"}, body), "");
  expect_says(why_broken({Kind::body_contains, "", "ow"}, body),
              "does not contain 'ow': 'hello world' (11 bytes)");
  EXPECT_EQ(why_broken({Kind::body_equals, "", "hello world"}, body), "");
  EXPECT_EQ(why_broken({Kind::body_equals, "", ""}, ""), "");
  expect_says(why_broken({Kind::body_equals, "", "hello"}, body),
              "is 'hello world' (11 bytes), expected 'hello' (5 bytes); the first 5 are equal");
  expect_says(why_broken({Kind::body_equals, "", "hello world!"}, body), "the first 11 are equal");
  expect_says(why_broken({Kind::body_equals, "", "help! world"}, body), "the first 3 are equal");
}

TEST(Check, MeasuresTheBody) {
  EXPECT_EQ(why_broken({Kind::body_size, "", "3"}, "abc"), "");
  EXPECT_EQ(why_broken({Kind::body_size, "", "0"}, ""), "");
  expect_says(why_broken({Kind::body_size, "", "4"}, "abc"), "has 3 bytes, expected 4");
  EXPECT_EQ(why_broken({Kind::body_sha256, "", kDigestOfAbc}, "abc"), "");
  std::string upper = kDigestOfAbc;
  upper[0] = 'B';
  EXPECT_EQ(why_broken({Kind::body_sha256, "", upper}, "abc"), "");
  expect_says(why_broken({Kind::body_sha256, "", kDigestOfAbc}, "abd"),
              "is " + sha256_of("abd") + " (3 bytes)");
}

TEST(Check, LooksAtHeaders) {
  const Headers headers = {{"Content-Type", "text/plain"}, {"A", "1"}, {"a", "2"}};
  EXPECT_EQ(why_broken({Kind::header_equals, "content-type", "text/plain"}, "", headers), "");
  EXPECT_EQ(why_broken({Kind::header_equals, "A", "1, 2"}, "", headers), "");
  expect_says(why_broken({Kind::header_equals, "A", "1"}, "", headers), "'1, 2'");
  expect_says(why_broken({Kind::header_equals, "B", "1"}, "", headers), "no header B");
  expect_says(why_broken({Kind::header_equals, "B", ""}, "", headers), "no header B");
}

TEST(Check, LooksIntoJson) {
  const char* body = R"({"results": {"failed": 0, "names": ["a/b", null]}})";
  EXPECT_EQ(why_broken({Kind::json_equals, "/results/failed", "0"}, body), "");
  EXPECT_EQ(why_broken({Kind::json_equals, "/results/names/0", "\"a/b\""}, body), "");
  EXPECT_EQ(why_broken({Kind::json_equals, "/results/names/1", "null"}, body), "");
  expect_says(why_broken({Kind::json_equals, "/results/failed", "1"}, body), "is 0, expected 1");
  for (const char* pointer : {"/nothing", "/results/names/9", "/results/names/x", "/results/names/01"}) {
    expect_says(why_broken({Kind::json_equals, pointer, "1"}, body), "has nothing at");
  }
  expect_says(why_broken({Kind::json_equals, "", "1"}, "{"), "no JSON");
}

TEST(Check, HoldsAValueAgainstTheAnswerBefore) {
  const Checked checked(plan_with({{Kind::json_moves, "/ts", ""}}));
  ASSERT_TRUE(checked.list) << checked.list.error().what;
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory), other(*checked.list, memory);
  EXPECT_EQ(checked.why_broken(check, R"({"ts": 1})", 3), "");
  EXPECT_EQ(checked.why_broken(other, R"({"ts": 1})", 3), "") << "another connection";
  EXPECT_EQ(checked.why_broken(check, R"({"ts": 2, "a": 1})", 3), "");
  expect_says(checked.why_broken(check, R"({"ts": 2, "a": 2})", 3),
              "the JSON at '/ts' is 2, as in the answer before on this connection");
  EXPECT_EQ(checked.why_broken(check, R"({"ts": 1})", 3), "") << "only the one before counts";
  expect_says(checked.why_broken(check, R"({"at": 1})", 3), "has nothing at '/ts'");
  expect_says(checked.why_broken(check, "{", 3), "no JSON");
  expect_says(checked.why_broken(check, R"({"ts": 1.0})", 3), "as in the answer before");
  EXPECT_EQ(checked.why_broken(check, R"({"ts": "1"})", 3), "");
  EXPECT_EQ(checked.why_broken(check, R"({"ts": null})", 3), "") << "null is a value";
}

TEST(Check, OfAShareMovesFromOneCheckedAnswerToTheNext) {
  LoadPlan plan = plan_with({{Kind::json_moves, "/n", ""}});
  plan.checked_share = 0.25;
  const Checked checked(plan);
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory);
  int followed = 0;
  for (Ticket ticket = 0; ticket < 200; ++ticket) {
    if (!checked.list->samples(ticket)) {
      EXPECT_EQ(checked.why_broken(check, R"({"n": 7})", 9, ticket), "");
      continue;
    }
    // The answers in between, which all have 7, do not count: the second 7 in a row of the checked stands
    // still.
    const bool is_broken = !checked.why_broken(check, R"({"n": 7})", 9, ticket).empty();
    EXPECT_EQ(is_broken, followed > 0);
    EXPECT_EQ(checked.why_broken(check, R"({"n": 8})", 9, ticket), "");
    EXPECT_EQ(checked.why_broken(check, R"({"n": 7})", 9, ticket), "");
    ++followed;
  }
  EXPECT_GT(followed, 20);
}

TEST(Check, FillsWhatItExpects) {
  const Checked checked(plan_with({{Kind::json_equals, "/id", "{id}"},
                                   {Kind::json_equals, "/text", "\"{id}\""},
                                   {Kind::json_equals, "/all", R"({"a":{"b":{id}}})"},
                                   {Kind::header_equals, "X-Size", "{body.size}"}},
                                  posting("/{id:1..100000}", "x{id}")));
  ASSERT_TRUE(checked.list) << checked.list.error().what;
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory);
  const auto answer = [](const std::string& id) {
    return R"({"id":)" + id + R"(,"text":")" + id + R"(","all":{"a":{"b":)" + id + "}}}";
  };
  for (Ticket ticket = 0; ticket < 20; ++ticket) {
    const std::string id = checked.source.filled("{id}", ticket);
    const Headers headers = {{"x-size", std::to_string(id.size() + 1)}};
    EXPECT_EQ(checked.why_broken(check, answer(id), 7, ticket, headers), "");
    expect_says(checked.why_broken(check, answer(id + "0"), 7, ticket, headers), "expected " + id);
    expect_says(checked.why_broken(check, answer(id), 7, ticket, {{"x-size", "99"}}), "X-Size is '99'");
  }
}

TEST(Check, KnowsTheDigestOfAnUpload) {
  for (const auto kind : {BodyPlan::Kind::upload, BodyPlan::Kind::multipart, BodyPlan::Kind::text}) {
    RequestPlan request = posting("/", "abc{id:1..9}");
    request.body.kind = kind;
    request.body.size = 1000;
    const Checked checked(plan_with({{Kind::body_sha256, "", "{body.sha256}"}}, request));
    ASSERT_TRUE(checked.list);
    CheckMemory memory;
    AnswerCheck check(*checked.list, memory);
    for (Ticket ticket = 0; ticket < 5; ++ticket) {
      std::string scratch;
      const auto uploaded = checked.source.message(ticket, scratch);
      EXPECT_EQ(checked.why_broken(check, uploaded, 300, ticket), "");
      expect_says(checked.why_broken(check, "else", 300, ticket), "expected " + sha256_of(uploaded));
    }
  }
}

TEST(Check, SaysWhichOfSeveralIsBroken) {
  const Checked checked(plan_with({{Kind::body_contains, "", "a"}, {Kind::body_size, "", "3"}}));
  EXPECT_FALSE(checked.list->empty());
  EXPECT_FALSE(checked.list->wants_headers());
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory);
  expect_says(checked.why_broken(check, "abcd", 4), "expected 3");
  expect_says(checked.why_broken(check, "xyzz", 4), "'a'");
  EXPECT_EQ(checked.why_broken(check, "abc", 4), "");
  EXPECT_TRUE(Checked(plan_with({{Kind::header_equals, "A", "1"}})).list->wants_headers());
}

TEST(Check, ForgetsAnAnswerThatWasCutOff) {
  const Checked checked(plan_with({{Kind::body_equals, "", "abc"},
                                   {Kind::body_sha256, "", kDigestOfAbc},
                                   {Kind::body_contains, "", "abc"},
                                   {Kind::header_equals, "A", "1"}}));
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory);
  check.begin(0);
  check.on_header("A", "0");
  check.on_body("ab");
  EXPECT_EQ(checked.why_broken(check, "abc", 2, 1, {{"a", "1"}}), "");
}

TEST(Check, NeedsABodyThatItCanHold) {
  const std::string body(CheckList::kLongestBody, 'x');
  EXPECT_EQ(why_broken({Kind::body_contains, "", "xx"}, body), "");
  expect_says(why_broken({Kind::body_contains, "", "xx"}, body + "x"), "longer than 16777216 bytes");
  EXPECT_EQ(why_broken({Kind::body_size, "", "16777217"}, body + "x"), "");
}

TEST(Check, OfAShareIsASampleByTicket) {
  LoadPlan plan = plan_with({{Kind::body_equals, "", "a"}});
  plan.checked_share = 0.25;
  const Checked checked(plan), again(plan);
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory);
  int sampled = 0;
  for (Ticket ticket = 0; ticket < 10'000; ++ticket) {
    const bool is_sampled = checked.list->samples(ticket);
    EXPECT_EQ(again.list->samples(ticket), is_sampled);
    EXPECT_EQ(checked.why_broken(check, "b", 1, ticket).empty(), !is_sampled);
    sampled += is_sampled ? 1 : 0;
  }
  EXPECT_NEAR(sampled, 2500, 200);
}

TEST(Check, OfNothingHoldsAlways) {
  const Checked checked(plan_with({}));
  EXPECT_TRUE(checked.list->empty());
  EXPECT_FALSE(checked.list->samples(1));
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory);
  EXPECT_EQ(checked.why_broken(check, "anything", 3, 1, {{"A", "b"}}), "");
  EXPECT_LE(sizeof(AnswerCheck), 5 * sizeof(void*));
}

TEST(Check, RefusesWhatCannotBeChecked) {
  const auto refused = [](Check check, std::string_view says) {
    const Checked checked(plan_with({std::move(check)}, posting("/{id:1..9}", "")));
    ASSERT_FALSE(checked.list) << says;
    EXPECT_EQ(checked.list.error().kind, Error::Kind::bad_plan);
    expect_says(checked.list.error().what, says);
  };
  refused({Kind::json_equals, "/a", "ok"}, "no JSON");
  refused({Kind::json_equals, "/a", "[{id}"}, "no JSON");
  refused({Kind::json_equals, "a", "1"}, "no JSON pointer");
  refused({Kind::json_moves, "ts", ""}, "no JSON pointer");
  refused({Kind::header_equals, "a b", "1"}, "names the header");
  refused({Kind::body_size, "", "-1"}, "no length");
  refused({Kind::body_size, "", ""}, "no length");
  refused({Kind::body_size, "", "{id}k"}, "no length");
  refused({Kind::body_sha256, "", "abc"}, "no SHA-256");
  refused({Kind::body_sha256, "", std::string(64, 'g')}, "no SHA-256");
  refused({Kind::body_equals, "", "{ID}"}, "no request has a slot {ID}");
  refused({Kind::body_equals, "", "{uuid}"}, "no request has a slot {uuid}");
  refused({Kind::body_equals, "", "{id:1..9}"}, "slot {id}");
  refused({Kind::body_equals, "", "{id:1}"}, "no range");
}

TEST(Check, OfAMixFillsTheSlotsThatTheRequestHas) {
  LoadPlan plan = plan_with({{Kind::body_equals, "", "<{id}>"}, {Kind::body_size, "", "{body.size}"}},
                            posting("/{id:5..5}", "333"));
  plan.mix.push_back(posting("/", "22"));
  const Checked checked(plan);
  ASSERT_TRUE(checked.list) << checked.list.error().what;
  CheckMemory memory;
  AnswerCheck check(*checked.list, memory);
  int with = 0;
  for (Ticket ticket = 0; ticket < 100; ++ticket) {
    std::string scratch;
    const bool has_slot = checked.source.message(ticket, scratch) == "333";
    EXPECT_EQ(checked.why_broken(check, has_slot ? "<5>" : "<>", 9, ticket), "");
    with += has_slot ? 1 : 0;
  }
  EXPECT_GT(with, 20);
  EXPECT_LT(with, 80);
}

TEST(AnswerCheck, ConnectionsThatShareMemoryDoNotMixTheirAnswers) {
  Check check{Check::Kind::json_equals, "/n", "{id}"};
  RequestPlan request;
  request.target = "/?id={id:1..9:in-order}";
  const Checked checked(plan_with({check}, request));
  ASSERT_TRUE(checked.list) << checked.list.error().what;
  CheckMemory memory;
  AnswerCheck first(*checked.list, memory), second(*checked.list, memory);
  for (Ticket ticket = 0; ticket < 6; ticket += 2) {
    const auto body = [](Ticket of) { return "{\"n\": " + std::to_string(of % 9 + 1) + "}"; };
    const std::string ours = body(ticket), theirs = body(ticket + 1);
    first.begin(ticket);
    second.begin(ticket + 1);
    first.on_body(std::string_view(ours).substr(0, 3));
    second.on_body(theirs);
    EXPECT_EQ(second.broken(), std::nullopt);
    first.on_body(std::string_view(ours).substr(3));
    EXPECT_EQ(first.broken(), std::nullopt);
    // One that never came, and one that is another's.
    first.begin(ticket);
    second.begin(ticket);
    EXPECT_TRUE(second.broken());
    first.begin(ticket);
    first.on_body(theirs);
    EXPECT_TRUE(first.broken());
  }
}

}  // namespace
}  // namespace shootout::engine
