#include "engine/url.h"

#include <gtest/gtest.h>

namespace shootout::engine {
namespace {

struct Good {
  const char *text, *host;
  int port;
  const char *target, *authority;
};

TEST(Url, TakesApartWhatIsRight) {
  for (const Good& good : {
           Good{"http://localhost", "localhost", 80, "/", "localhost"},
           Good{"http://127.0.0.1:8001/slow-io?delay=0.5", "127.0.0.1", 8001, "/slow-io?delay=0.5",
                "127.0.0.1:8001"},
           Good{"HTTP://a.example:80/x", "a.example", 80, "/x", "a.example"},
           Good{"http://[::1]:9/", "::1", 9, "/", "[::1]:9"},
           Good{"http://[::1]", "::1", 80, "/", "[::1]"},
           Good{"http://h?q=1", "h", 80, "/?q=1", "h"},
           Good{"http://h/a#part", "h", 80, "/a", "h"},
           Good{"http://my_app-1:65535/%20", "my_app-1", 65535, "/%20", "my_app-1:65535"},
       }) {
    SCOPED_TRACE(good.text);
    const auto url = parse_url(good.text);
    ASSERT_TRUE(url) << url.error().what;
    EXPECT_EQ(url->host, good.host);
    EXPECT_EQ(url->port, good.port);
    EXPECT_EQ(url->target, good.target);
    EXPECT_EQ(url->authority, good.authority);
  }
}

struct Bad {
  const char *text, *says;
};

TEST(Url, RefusesANulByte) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(parse_url("http://[::1\0]/"sv));
  EXPECT_FALSE(parse_url("http://h\0/"sv));
  EXPECT_FALSE(parse_url("http://h/\0"sv));
}

TEST(Url, SaysWhatIsWrong) {
  for (const Bad& bad : {
           Bad{"127.0.0.1:8080/x", "no scheme"},
           Bad{"", "no scheme"},
           Bad{"https://h/", "the scheme 'https'"},
           Bad{"http://", "no host"},
           Bad{"http:///x", "no host"},
           Bad{"http://:80/", "no host"},
           Bad{"http://h:/", "the port ''"},
           Bad{"http://h:0/", "the port '0'"},
           Bad{"http://h:65536/", "the port '65536'"},
           Bad{"http://h:8x/", "the port '8x'"},
           Bad{"http://h:-1/", "the port '-1'"},
           Bad{"http://me@h/", "user information"},
           Bad{"http://[::1/", "without its ']'"},
           Bad{"http://[zz]/", "no IPv6 address"},
           Bad{"http://[::1]x/", "other than a port"},
           Bad{"http://::1/", "more than one ':'"},
           Bad{"http://a b/", "no name"},
           Bad{"http://h/a b", "a space"},
           Bad{"http://h/\r\nX: y", "a control"},
       }) {
    SCOPED_TRACE(bad.text);
    const auto url = parse_url(bad.text);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().kind, Error::Kind::bad_plan);
    EXPECT_NE(url.error().what.find(bad.says), std::string::npos) << url.error().what;
  }
}

}  // namespace
}  // namespace shootout::engine
