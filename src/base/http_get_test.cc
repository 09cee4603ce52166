#include "base/http_get.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace shootout {
namespace {

/// Answers one connection with fixed bytes once a whole request head is there, and keeps what it received.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer, bool then_close = true) : then_close_(then_close) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, text = std::move(answer)] { serve(text); });
  }
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  /// What each recv() returned, after the exchange.
  const std::vector<std::string>& packets() {
    thread_.join();
    return packets_;
  }

 private:
  void serve(const std::string& answer) {
    const UniqueFd connection(::accept(listener_.get(), nullptr, nullptr));
    std::string request;
    char chunk[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = ::recv(connection.get(), chunk, sizeof chunk, 0);
      if (n <= 0) return;
      packets_.emplace_back(chunk, static_cast<size_t>(n));
      request += packets_.back();
    }
    for (const char byte : answer) {  // one byte at a time: no answer may depend on how it is cut
      if (::send(connection.get(), &byte, 1, MSG_NOSIGNAL) != 1) return;
    }
    if (!then_close_) (void)::recv(connection.get(), chunk, sizeof chunk, 0);  // until the client goes
  }

  bool then_close_;
  UniqueFd listener_;
  uint16_t port_ = 0;
  std::vector<std::string> packets_;
  std::thread thread_;
};

TEST(HttpGet, ReadsABodyByItsLengthAndLowersHeaderNames) {
  OneAnswer server("HTTP/1.1 200 \r\nContent-LENGTH: 5\r\nX-A: one\r\nx-a:  two \r\n\r\nhello", false);
  auto answer = http_get(server.url("/a?b=c"));
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->headers.at("x-a"), "one, two");
  const std::string request = server.packets().front();
  EXPECT_TRUE(request.starts_with("GET /a?b=c HTTP/1.1\r\n"));
  EXPECT_NE(request.find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpGet, ReadsChunksAndPassesOverInterimAnswers) {
  OneAnswer server(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\n"
      "Transfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\nA\r\n, world!!!\r\n0\r\nTrailer: t\r\n\r\n",
      false);
  auto answer = http_get(server.url());
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "hello, world!!!");
  EXPECT_FALSE(answer->headers.contains("link"));
}

TEST(HttpGet, ReadsUntilTheCloseWithoutALength) {
  OneAnswer server("HTTP/1.0 200 OK\r\n\r\nall of it");
  auto answer = http_get(server.url());
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->body, "all of it");
}

TEST(HttpGet, DoesNotWaitForABodyThatCannotCome) {
  OneAnswer server("HTTP/1.1 204 No Content\r\n\r\n", false);
  auto answer = http_get(server.url());
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->body, "");
}

TEST(HttpGet, SplitsTheRequestOverThreePackets) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(http_get(server.url("/split"), {.split = true}));
  const auto& packets = server.packets();
  std::string whole;
  for (const auto& packet : packets) whole += packet;
  EXPECT_GE(packets.size(), 2U);  // a busy machine may hand two of them over at once
  EXPECT_TRUE(whole.starts_with("GET /split HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_TRUE(whole.ends_with("\r\n\r\n"));
}

TEST(HttpPost, SendsAnEmptyBody) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(http_post(server.url("/stats/reset")));
  const std::string request = server.packets().front();
  EXPECT_TRUE(request.starts_with("POST /stats/reset HTTP/1.1\r\n"));
  EXPECT_NE(request.find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(HttpGet, RefusesWhatIsNoWholeAnswer) {
  for (const std::string bytes :
       {"", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 20", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello"}) {
    OneAnswer server(bytes);
    auto answer = http_get(server.url());
    ASSERT_FALSE(answer) << bytes;
    EXPECT_EQ(answer.error().code, ExitCode::verification) << bytes;
  }
}

TEST(HttpGet, SaysThatNothingListens) {
  uint16_t port = 0;
  {
    OneAnswer server("");
    const std::string url = server.url();
    port = static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    (void)http_get(url);
  }
  auto answer = http_get("http://localhost:" + std::to_string(port) + "/health");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ExitCode::environment);
  EXPECT_NE(answer.error().what.find("connection refused"), std::string::npos) << answer.error().what;
}

TEST(HttpGet, GivesUpAtTheTimeoutEvenWhereBytesTrickle) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all of it", false);
  auto answer = http_get(server.url(), {.timeout_s = 0.2});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ExitCode::environment);
  EXPECT_NE(answer.error().what.find("within 0.2 s"), std::string::npos) << answer.error().what;
}

TEST(HttpGet, RefusesWhatIsNoUrl) {
  for (const std::string url :
       {"https://127.0.0.1/", "127.0.0.1:80", "http://example.org/", "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/", "http://127.0.0.1:80x/", "http://127.0.0.1/a b"}) {
    auto answer = http_get(url);
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, ExitCode::usage) << url;
  }
}

}  // namespace
}  // namespace shootout
