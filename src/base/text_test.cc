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

TEST(WithoutPassword, HidesIt) {
  EXPECT_EQ(without_password("postgresql://me:secret@host:5432/db?sslmode=require"),
            "postgresql://me:***@host:5432/db?sslmode=require");
  EXPECT_EQ(without_password("postgresql://me:a%40b:c@host"), "postgresql://me:***@host");
  EXPECT_EQ(without_password("postgresql://host/db?user=me&password=secret&x=1"),
            "postgresql://host/db?user=me&password=***&x=1");
  EXPECT_EQ(without_password("postgresql://me@host/a:b@c"), "postgresql://me@host/a:b@c");
  EXPECT_EQ(without_password("postgresql://host:5432/db"), "postgresql://host:5432/db");
  EXPECT_EQ(without_password("gthread"), "gthread");
}

}  // namespace
}  // namespace shootout
