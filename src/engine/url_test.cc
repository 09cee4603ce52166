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

TEST(Url, TheSchemeSaysWhatIsSpokenAndOnWhichPort) {
  struct Case {
    const char* text;
    bool tls, websocket;
    int port;
    const char* authority;
  };
  for (const Case& good : {
           Case{"http://h/", false, false, 80, "h"},
           Case{"https://h/", true, false, 443, "h"},
           Case{"ws://h/", false, true, 80, "h"},
           Case{"wss://h/", true, true, 443, "h"},
           Case{"WsS://h", true, true, 443, "h"},
           Case{"https://h:443/", true, false, 443, "h"},
           Case{"https://[::1]:443/", true, false, 443, "[::1]"},
           Case{"https://h:80/", true, false, 80, "h:80"},
           Case{"http://h:443/", false, false, 443, "h:443"},
           Case{"wss://h:8443/chat", true, true, 8443, "h:8443"},
       }) {
    SCOPED_TRACE(good.text);
    const auto url = parse_url(good.text);
    ASSERT_TRUE(url) << url.error().what;
    EXPECT_EQ(url->tls, good.tls);
    EXPECT_EQ(url->websocket, good.websocket);
    EXPECT_EQ(url->port, good.port);
    EXPECT_EQ(url->authority, good.authority);
  }
}

TEST(Url, SuggestsTheSchemeThatWasProbablyMeant) {
  const auto remedy = [](const char* text) { return parse_url(text).error().remedy; };
  EXPECT_EQ(remedy("127.0.0.1:8080/x"), "write http://127.0.0.1:8080/x");
  EXPECT_EQ(remedy("a.example"), "write http://a.example");
  EXPECT_EQ(remedy("a.example:443"), "write https://a.example:443");
  EXPECT_EQ(remedy("a.example:443/x?y=:80"), "write https://a.example:443/x?y=:80");
  EXPECT_EQ(remedy("a.example:4430/:443"), "write http://a.example:4430/:443");
  EXPECT_EQ(remedy("ftp://a.example"), "the schemes are http, https, ws and wss");
}

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
           Bad{"ftp://h/", "the scheme 'ftp'"},
           Bad{"httpss://h/", "the scheme 'httpss'"},
           Bad{"://h/", "the scheme ''"},
           Bad{"https://", "no host"},
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
