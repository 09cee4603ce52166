#include "upstream/request_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace shootout::upstream {
namespace {

using Outcome = RequestParser::Outcome;

/// What a connection would see when the bytes come in pieces that end at the cuts.
std::vector<std::string> parse_in_pieces(std::string_view bytes, std::vector<std::size_t> cuts) {
  RequestParser parser;
  std::vector<std::string> seen;
  std::string buffer;
  cuts.push_back(bytes.size());
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    buffer += bytes.substr(from, cut - from);
    from = cut;
    std::string_view input = buffer;
    for (bool more = true; more;) {
      switch (parser.parse(input)) {
        case Outcome::incomplete:
          more = false;
          break;
        case Outcome::expects_continue:
          seen.emplace_back("continue");
          break;
        case Outcome::complete: {
          const Request& request = parser.request();
          seen.push_back(request.method + ' ' + request.target + (request.http_1_1 ? " 1.1" : " 1.0") +
                         (request.close ? " close" : ""));
          break;
        }
        case Outcome::rejected:
          seen.push_back(std::to_string(parser.status()));
          return seen;
      }
    }
    buffer = input;
  }
  return seen;
}

std::vector<std::string> parse(std::string_view bytes) {
  return parse_in_pieces(bytes, {});
}

using Seen = std::vector<std::string>;

const std::vector<std::pair<std::string, Seen>> kMessages{
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", {"GET / 1.1"}},
    {"\r\nGET /x?y=1 HTTP/1.1\r\nHost:a\r\nConnection: keep-alive, Close\r\n\r\n", {"GET /x?y=1 1.1 close"}},
    {"GET / HTTP/1.0\r\n\r\n", {"GET / 1.0 close"}},
    {"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n", {"GET /1 1.1", "HEAD /2 1.1"}},
    {"POST /1 HTTP/1.1\r\nHost: a\r\ncontent-length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
     {"POST /1 1.1", "GET /2 1.1"}},
    {"POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
     "3;x=y\r\nab\n\r\n0B\r\n12345678901\r\n0\r\nX: y\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
     {"POST /1 1.1", "GET /2 1.1"}},
    {"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
     {"continue", "POST / 1.1"}},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", {"GET / 1.1"}},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: \t\x80 y \r\n\r\nnonsense\r\n", {"GET / 1.1", "400"}},
};

TEST(RequestParser, UnderstandsEveryMessageOnEverySplit) {
  for (const auto& [bytes, expected] : kMessages) {
    EXPECT_EQ(parse(bytes), expected) << bytes;
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
      for (std::size_t second = first; second <= bytes.size(); ++second) {
        ASSERT_EQ(parse_in_pieces(bytes, {first, second}), expected)
            << bytes << " at " << first << ", " << second;
      }
    }
    std::vector<std::size_t> every_byte;
    for (std::size_t i = 1; i < bytes.size(); ++i) every_byte.push_back(i);
    EXPECT_EQ(parse_in_pieces(bytes, every_byte), expected) << bytes;
  }
}

TEST(RequestParser, IncompleteIsNotAnError) {
  const std::string_view bytes = kMessages.front().first;
  EXPECT_TRUE(parse(bytes.substr(0, bytes.size() - 1)).empty());
  EXPECT_TRUE(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab").empty());
}

TEST(RequestParser, RejectsWhatIsNotLegal) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"GET / HTTP/1.1\nHost: a\n\n", "400"},
      {"GET  / HTTP/1.1\r\n", "400"},
      {"GET /a b HTTP/1.1\r\n", "400"},
      {"GET /\x80 HTTP/1.1\r\n", "400"},
      {"GET /\r\n", "400"},
      {"G(T / HTTP/1.1\r\n", "400"},
      {"GET / http/1.1\r\n", "400"},
      {"GET / HTTP/2.0\r\n", "505"},
      {"\r\n\r\nGET / HTTP/1.1\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},  // no Host
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost : a\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n", "400"},
      {"GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n", "400"},
      {"GET / HTTP/1.1\r\nContent-Length: -1\r\n", "400"},
      {"GET / HTTP/1.1\r\nContent-Length: +1\r\n", "400"},
      {"GET / HTTP/1.1\r\nContent-Length: \r\n", "400"},
      {"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n", "400"},
      {"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", "501"},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "400"},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", "400"},
  };
  for (const auto& [bytes, status] : cases) EXPECT_EQ(parse(bytes), Seen{status}) << bytes;

  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view body :
       {"x\r\n", "\r\n", " 1\r\n", "-1\r\n", "1\r\nabc", "1\r\na\n\r\n", "0\r\nbad\r\n"}) {
    EXPECT_EQ(parse(chunked + std::string(body)), Seen{"400"}) << body;
  }
}

TEST(RequestParser, HasLimits) {
  const auto line_of = [](std::size_t size) { return "GET /" + std::string(size - 14, 'x') + " HTTP/1.1"; };
  const std::size_t most = RequestParser::kMaxRequestLine;
  EXPECT_EQ(parse(line_of(most) + "\r\nHost: a\r\n\r\n").size(), 1U);
  EXPECT_NE(parse(line_of(most) + "\r\nHost: a\r\n\r\n"), Seen{"414"});
  EXPECT_EQ(parse(line_of(most + 1) + "\r\nHost: a\r\n\r\n"), Seen{"414"});
  EXPECT_EQ(parse(std::string(most + 2, 'x')), Seen{"414"});  // without an end in sight

  const std::string head = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(parse(head + "X: " + std::string(RequestParser::kMaxHeaderBytes, 'x')), Seen{"431"});
  std::string many = head;
  for (int i = 0; i < 40; ++i) many += "X: " + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(parse(many), Seen{"431"});
  std::string fields = head + "Host: a\r\n";
  for (std::size_t i = 1; i < RequestParser::kMaxHeaderFields; ++i) fields += "X: y\r\n";
  EXPECT_EQ(parse(fields + "\r\n"), Seen{"GET / 1.1"});
  EXPECT_EQ(parse(fields + "X: y\r\n\r\n"), Seen{"431"});
}

TEST(RequestParser, ARejectedConnectionStaysRejected) {
  RequestParser parser;
  std::string_view bad = "nonsense\r\n", good = kMessages.front().first;
  EXPECT_EQ(parser.parse(bad), Outcome::rejected);
  EXPECT_EQ(parser.parse(good), Outcome::rejected);
}

}  // namespace
}  // namespace shootout::upstream
