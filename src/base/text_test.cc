#include "base/text.h"

#include <gtest/gtest.h>

namespace shootout {
namespace {

const std::vector<std::string> kNames{"flask-gunicorn", "quart-hypercorn", "flask-dev"};

TEST(ClosestName, FindsMisspellings) {
  EXPECT_EQ(closest_name("flask-gunicron", kNames), "flask-gunicorn");
  EXPECT_EQ(closest_name("quart-hypercon", kNames), "quart-hypercorn");
  EXPECT_EQ(closest_name("flask-dve", kNames), "flask-dev");
  EXPECT_EQ(closest_name("tornado", kNames), std::nullopt);
}

TEST(UnknownName, SuggestsOrLists) {
  EXPECT_EQ(unknown_name("contender", "flask-dve", kNames),
            "there is no contender 'flask-dve'; did you mean 'flask-dev'?");
  EXPECT_EQ(unknown_name("contender", "x", kNames),
            "there is no contender 'x'; there are: flask-gunicorn, quart-hypercorn, flask-dev");
}

TEST(Split, KeepsEmptyPartsInside) {
  EXPECT_EQ(split("a,b", ','), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(split("", ',').empty());
}

TEST(Printable, WhatIsNoTextIsEscaped) {
  EXPECT_EQ(printable("a\tb\r\n"), "a\tb\r\n");
  EXPECT_EQ(printable(std::string_view("\x81\0z", 3)), "\\x81\\x00z");
}

}  // namespace
}  // namespace shootout
