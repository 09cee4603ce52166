#include "engine/check.h"

#include <gtest/gtest.h>

namespace shootout::engine {
namespace {

using Kind = Check::Kind;

std::string why_broken(const Check& check, const CheckedAnswer& answer) {
  const auto list = CheckList::make({check});
  EXPECT_TRUE(list);
  return list->broken_by(answer).value_or("");
}

TEST(Check, LooksAtTheBody) {
  const CheckedAnswer answer{.headers = {}, .body = "hello world"};
  EXPECT_EQ(why_broken({Kind::body_contains, "", "o w"}, answer), "");
  EXPECT_NE(why_broken({Kind::body_contains, "", "ow"}, answer).find("does not contain 'ow'"),
            std::string::npos);
  EXPECT_EQ(why_broken({Kind::body_equals, "", "hello world"}, answer), "");
  EXPECT_NE(why_broken({Kind::body_equals, "", "hello"}, answer).find("expected 'hello' (5 bytes)"),
            std::string::npos);
}

TEST(Check, LooksAtHeaders) {
  const CheckedAnswer answer{.headers = {{"Content-Type", "text/plain"}, {"A", "1"}, {"a", "2"}}, .body = {}};
  EXPECT_EQ(why_broken({Kind::header_equals, "content-type", "text/plain"}, answer), "");
  EXPECT_EQ(why_broken({Kind::header_equals, "A", "1, 2"}, answer), "");
  EXPECT_NE(why_broken({Kind::header_equals, "A", "1"}, answer).find("'1, 2'"), std::string::npos);
  EXPECT_NE(why_broken({Kind::header_equals, "B", "1"}, answer).find("no header B"), std::string::npos);
}

TEST(Check, LooksIntoJson) {
  const CheckedAnswer answer{.headers = {}, .body = R"({"results": {"failed": 0, "names": ["a/b", null]}})"};
  EXPECT_EQ(why_broken({Kind::json_equals, "/results/failed", "0"}, answer), "");
  EXPECT_EQ(why_broken({Kind::json_equals, "/results/names/0", "\"a/b\""}, answer), "");
  EXPECT_EQ(why_broken({Kind::json_equals, "/results/names/1", "null"}, answer), "");
  EXPECT_NE(why_broken({Kind::json_equals, "/results/failed", "1"}, answer).find("is 0, expected 1"),
            std::string::npos);
  EXPECT_NE(why_broken({Kind::json_equals, "/nothing", "1"}, answer).find("has nothing at"),
            std::string::npos);
  EXPECT_NE(why_broken({Kind::json_equals, "/results/names/9", "1"}, answer).find("has nothing at"),
            std::string::npos);
  EXPECT_NE(why_broken({Kind::json_equals, "/results/names/x", "1"}, answer).find("has nothing at"),
            std::string::npos);
  EXPECT_NE(why_broken({Kind::json_equals, "", "1"}, {.headers = {}, .body = "{"}).find("no JSON"),
            std::string::npos);
}

TEST(Check, SaysWhichOfSeveralIsBroken) {
  const auto list = CheckList::make({{Kind::body_contains, "", "a"}, {Kind::body_contains, "", "z"}});
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->wants_body());
  EXPECT_FALSE(list->wants_headers());
  EXPECT_NE(list->broken_by({.headers = {}, .body = "abc"})->find("'z'"), std::string::npos);
}

TEST(Check, RefusesWhatCannotBeChecked) {
  EXPECT_FALSE(CheckList::make({{Kind::json_equals, "/a", "ok"}}));
  EXPECT_FALSE(CheckList::make({{Kind::json_equals, "a", "1"}}));
  EXPECT_FALSE(CheckList::make({{Kind::header_equals, "a b", "1"}}));
}

}  // namespace
}  // namespace shootout::engine
