#include "engine/targets.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace shootout::engine {
namespace {

Result<std::vector<RequestPlan>> parsed(std::string_view text) {
  return parse_targets(text, "t.txt", [](const std::string& path) -> Result<std::string> {
    if (path == "missing") return std::unexpected(Error{Error::Kind::bad_plan, "cannot read missing", ""});
    return "content of " + path;
  });
}

// METHOD TARGET BODY xWEIGHT, a line a request.
std::string read(std::string_view text) {
  const auto requests = parsed(text);
  if (!requests) return requests.error().what;
  std::string out;
  for (const auto& request : *requests) {
    out += request.method + " " + request.target + " " + request.body.text;
    for (const auto& [name, value] : request.headers) out += "|" + name + "=" + value;
    out += " x" + std::to_string(request.weight).substr(0, 3) + "\n";
  }
  return out;
}

TEST(Targets, AreOneALine) {
  EXPECT_EQ(read("/"), "GET /  x1.0\n");
  EXPECT_EQ(read("# all\n\n/a?b=c:d\r\n  3 /b/{id:1..9}\n0.5 DELETE\t/c  \n   # end"),
            "GET /a?b=c:d  x1.0\nGET /b/{id:1..9}  x3.0\nDELETE /c  x0.5\n");
  EXPECT_EQ(read(".5 /a"), "GET /a  x0.5\n");
}

TEST(Targets, HaveBodies) {
  EXPECT_EQ(read(R"(/a {"n": "a b # c"})"), "POST /a {\"n\": \"a b # c\"} x1.0\n");
  EXPECT_EQ(read("PUT /a 1 2"), "PUT /a 1 2 x1.0\n");
  EXPECT_EQ(read("2 PUT /a @my file.json"), "PUT /a content of my file.json x2.0\n");
  EXPECT_EQ(read("/a @x"), "POST /a content of x x1.0\n");
}

TEST(Targets, MayBeVegetas) {
  EXPECT_EQ(
      read("GET /a\nX-Account: 8\nX-Empty:\n\nDELETE /b\n\nPOST /c\nContent-Type: a/b\n@/body\n"),
      "GET /a |X-Account=8|X-Empty= x1.0\nDELETE /b  x1.0\nPOST /c content of /body|Content-Type=a/b x1.0\n");
}

TEST(Targets, SayWhereTheyAreWrong) {
  const auto wrong = [](std::string_view text, const std::string& says) {
    EXPECT_NE(read(text).find(says), std::string::npos) << read(text);
  };
  wrong("", "t.txt lists no requests");
  wrong("# nothing\n", "t.txt lists no requests");
  wrong("/\nGET\n", "t.txt:2: 'GET' has no target");
  wrong("3", "t.txt:1: '3' has no target");
  wrong("3 GET a", "has no target");
  wrong("3x /", "t.txt:1: '3x' is no weight");
  wrong("0 /", "t.txt:1: a weight of 0");
  wrong("-1 /", "t.txt:1: '-1 /' has no target");
  wrong("GET http://h/a", "t.txt:1: the target 'http://h/a' is a whole URL");
  wrong("http://h/a", "is a whole URL");
  wrong("https://h/a", "is a whole URL");
  wrong("/a#b", "fragment");
  wrong("A: b", "t.txt:1: the header A stands before any request");
  wrong("@x", "t.txt:1: a body stands before any request");
  wrong("/a b\n@x", "t.txt:2: the request has two bodies");
  wrong("/a\n/b @missing", "t.txt:2: cannot read missing");
  wrong("CONNECT /a", "t.txt:1: the method CONNECT");
  wrong("/a\n/{id:1}\n/c\n", "t.txt:2: the slot '{id:1}'");
  // Known at the request's end, said of its beginning.
  wrong("/a\n/b\nX: {id}\n\n/c", "t.txt:2: the slot '{id}'");
  wrong("/a\nContent-Length: 1\n", "t.txt:1: the header Content-Length is not yours to set");
}

TEST(Targets, AreReadFromTheirFolder) {
  std::string folder = (std::filesystem::temp_directory_path() / "shootout-targets-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto write = [&](const char* name, std::string_view content) {
    std::ofstream(folder + "/" + name, std::ios::binary) << content;
  };
  write("targets", "/a @body\n/b @" + folder + "/body");
  write("body", std::string_view("{\"a\":\n\0}\n", 9));
  write("lost", "/a\n/b @missing");
  const auto requests = read_targets(folder + "/targets");
  ASSERT_TRUE(requests) << requests.error().what;
  ASSERT_EQ(requests->size(), 2U);
  EXPECT_EQ(requests->at(0).body.text, std::string_view("{\"a\":\n\0}\n", 9));
  EXPECT_EQ(requests->at(1).body.text, requests->at(0).body.text);

  const auto lost = read_targets(folder + "/lost");
  ASSERT_FALSE(lost);
  EXPECT_NE(lost.error().what.find("lost:2: cannot read"), std::string::npos) << lost.error().what;
  for (const std::string& none : {folder, folder + "/none"}) {
    const auto unread = read_targets(none);
    ASSERT_FALSE(unread);
    EXPECT_NE(unread.error().what.find("cannot read"), std::string::npos);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace shootout::engine
