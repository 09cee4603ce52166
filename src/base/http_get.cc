#include "base/http_get.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/unique_fd.h"

namespace shootout {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxHead = size_t{256} << 10;
constexpr size_t kMaxBody = size_t{64} << 20;
constexpr auto kSplitPause = std::chrono::milliseconds(30);

struct Url {
  std::string authority;  ///< as written, for the Host header
  std::string target;
  sockaddr_storage address{};
  socklen_t address_length = 0;
};

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool set_address(Url& url, const std::string& host, uint16_t port) {
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&url.address, &v4, sizeof v4);
    url.address_length = sizeof v4;
    return true;
  }
  sockaddr_in6 v6{};
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) != 1) return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&url.address, &v6, sizeof v6);
  url.address_length = sizeof v6;
  return true;
}

Result<Url> parse_url(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  const auto malformed = [&](std::string_view why) {
    return fail(ExitCode::usage, fmt::format("{} is no URL to ask: {}", text, why),
                "write it as http://127.0.0.1:PORT/PATH");
  };
  if (!text.starts_with(kScheme)) return malformed("it does not begin with http://");
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; })) {
    return malformed("it holds a blank or a control character");
  }
  const size_t slash = std::min(text.find_first_of("/?", kScheme.size()), text.size());
  Url url{.authority = text.substr(kScheme.size(), slash - kScheme.size()), .target = text.substr(slash)};
  if (!url.target.starts_with('/')) url.target = fmt::format("/{}", url.target);
  const size_t colon = url.authority.rfind(':');
  const size_t bracket = url.authority.rfind(']');
  const bool has_port = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  const auto port =
      has_port ? parse_port(std::string_view(url.authority).substr(colon + 1)) : std::optional(uint16_t{80});
  if (!port) return malformed("its port is not from 1 to 65535");
  if (!set_address(url, url.authority.substr(0, has_port ? colon : std::string::npos), *port)) {
    return malformed("its host is neither an address nor localhost");
  }
  return url;
}

/// One request on one connection, all of it before one deadline.
class Exchange {
 public:
  Exchange(const Url& url, const std::string& name, const HttpOptions& options)
      : url_(url),
        name_(name),
        timeout_s_(options.timeout_s),
        split_(options.split),
        body_(options.body),
        content_type_(options.content_type),
        deadline_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(options.timeout_s))) {}

  Result<HttpAnswer> run(std::string_view method) {
    if (auto connected = connect(); !connected) return std::unexpected(connected.error());
    if (auto sent = send_request(method); !sent) return std::unexpected(sent.error());
    HttpAnswer answer;
    do {  // 1xx: the answer proper is still to come
      answer = {};
      if (auto head = read_head(answer); !head) return std::unexpected(head.error());
    } while (answer.status < 200);
    if (method == "HEAD") return answer;
    if (auto body = read_body(answer); !body) return std::unexpected(body.error());
    return answer;
  }

 private:
  std::unexpected<Error> unreachable(std::string_view why) const {
    return fail(ExitCode::environment, fmt::format("{}: {}", name_, why));
  }
  std::unexpected<Error> not_http(std::string_view why) const {
    return fail(ExitCode::verification, fmt::format("{}: {}", name_, why));
  }

  Result<void> wait_for(short events, std::string_view for_what) {
    while (true) {
      const std::chrono::duration<double, std::milli> left = deadline_ - Clock::now();
      if (left.count() <= 0) return unreachable(fmt::format("{} within {} s", for_what, timeout_s_));
      pollfd entry{socket_.get(), events, 0};
      const int ready = ::poll(&entry, 1, static_cast<int>(std::ceil(left.count())));
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return unreachable(errno_text(errno));
    }
  }

  Result<void> connect() {
    socket_.reset(::socket(url_.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket_) return unreachable(fmt::format("no socket: {}", errno_text(errno)));
    const int on = 1;  // split packets must not be merged by Nagle's algorithm
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&url_.address), url_.address_length) == 0)
      return {};
    if (errno != EINPROGRESS) return unreachable(connect_error(errno));
    if (auto ready = wait_for(POLLOUT, "no connection"); !ready) return ready;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return unreachable(connect_error(error));
    return {};
  }

  static std::string connect_error(int error) {
    return error == ECONNREFUSED ? "connection refused"
                                 : fmt::format("cannot connect: {}", errno_text(error));
  }

  Result<void> send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n >= 0) {
        bytes.remove_prefix(static_cast<size_t>(n));
      } else if (errno == EAGAIN) {
        if (auto ready = wait_for(POLLOUT, "the request was not taken"); !ready) return ready;
      } else if (errno != EINTR) {
        return unreachable(fmt::format("cannot send the request: {}", errno_text(errno)));
      }
    }
    return {};
  }

  Result<void> send_request(std::string_view method) {
    const std::string line = fmt::format("{} {} HTTP/1.1\r\n", method, url_.target);
    const std::string type = content_type_.empty() ? "" : fmt::format("Content-Type: {}\r\n", content_type_);
    const bool has_length = !body_.empty() || (method != "GET" && method != "HEAD");
    const std::string length = has_length ? fmt::format("Content-Length: {}\r\n", body_.size()) : "";
    const std::string headers =
        fmt::format("Host: {}\r\nUser-Agent: shootout\r\nAccept: */*\r\n{}{}Connection: close\r\n",
                    url_.authority, type, length);
    const std::string rest = "\r\n" + body_;
    if (!split_) return send_all(line + headers + rest);
    for (const std::string_view part :
         {std::string_view(line), std::string_view(headers), std::string_view(rest)}) {
      if (part.data() != line.data()) std::this_thread::sleep_for(kSplitPause);
      if (auto sent = send_all(part); !sent) return sent;
    }
    return {};
  }

  /// Appends what has come to the buffer; false at the end of the stream.
  Result<bool> receive() {
    while (true) {
      char chunk[65536];
      const ssize_t n = ::recv(socket_.get(), chunk, sizeof chunk, 0);
      if (n > 0) buffer_.append(chunk, static_cast<size_t>(n));
      if (n >= 0) return n > 0;
      if (errno == EAGAIN) {
        if (auto ready = wait_for(POLLIN, "no whole answer"); !ready) return std::unexpected(ready.error());
      } else if (errno != EINTR) {
        return unreachable(fmt::format("the connection broke: {}", errno_text(errno)));
      }
    }
  }

  Result<std::string> read_line() {
    size_t end;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (buffer_.size() > kMaxHead) return not_http("a line of the answer is too long");
      auto more = receive();
      if (!more) return std::unexpected(more.error());
      if (!*more) {
        return not_http(buffer_.empty() && !started_ ? "the connection was closed without an answer"
                                                     : "the answer was cut off");
      }
      started_ = true;
      // So that what is no HTTP at all is told at once, not at the deadline.
      if (!status_seen_ && buffer_.compare(0, 5, "HTTP/", std::min<size_t>(5, buffer_.size())) != 0) {
        return not_http("what answers is no HTTP");
      }
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
  }

  Result<void> read_head(HttpAnswer& answer) {
    auto line = read_line();
    if (!line) return std::unexpected(line.error());
    // "HTTP/1.1 200 OK"; the reason may be empty (RFC 9112, 4).
    const bool version = line->starts_with("HTTP/1.0 ") || line->starts_with("HTTP/1.1 ");
    const auto [end, error] =
        std::from_chars(line->data() + std::min<size_t>(9, line->size()),
                        line->data() + std::min<size_t>(12, line->size()), answer.status);
    const bool separated = line->size() == 12 || (line->size() > 12 && (*line)[12] == ' ');
    if (!version || error != std::errc() || end != line->data() + 12 || answer.status < 100 || !separated) {
      return not_http(fmt::format("what answers is no HTTP/1.x: \"{}\"", line->substr(0, 60)));
    }
    status_seen_ = true;
    for (size_t head = 0;;) {
      line = read_line();
      if (!line) return std::unexpected(line.error());
      if (line->empty()) return {};
      if ((head += line->size()) > kMaxHead) return not_http("the answer's headers are too long");
      const size_t colon = line->find(':');
      if (colon == std::string::npos || colon == 0 || line->find_first_of(" \t") < colon) {
        return not_http(fmt::format("a malformed header: \"{}\"", line->substr(0, 60)));
      }
      add_header(answer, line->substr(0, colon), std::string_view(*line).substr(colon + 1));
    }
  }

  static void add_header(HttpAnswer& answer, std::string name, std::string_view value) {
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    const size_t first = std::min(value.find_first_not_of(" \t"), value.size());
    const size_t last = value.find_last_not_of(" \t");
    value = value.substr(first, last == std::string_view::npos ? 0 : last + 1 - first);
    auto [it, is_new] = answer.headers.try_emplace(std::move(name), value);
    if (!is_new) it->second.append(", ").append(value);
  }

  Result<void> read_body(HttpAnswer& answer) {
    if (answer.status == 204 || answer.status == 304) return {};
    if (const auto coding = answer.headers.find("transfer-encoding"); coding != answer.headers.end()) {
      if (coding->second != "chunked")
        return not_http(fmt::format("a transfer coding other than chunked: {}", coding->second));
      return read_chunks(answer.body);
    }
    const auto length = answer.headers.find("content-length");
    if (length == answer.headers.end()) return read_until_close(answer.body);
    const auto bytes = parse_size(length->second, 10);
    if (!bytes) return not_http(fmt::format("a malformed Content-Length: {}", length->second));
    return take(*bytes, answer.body);
  }

  static std::optional<size_t> parse_size(std::string_view text, int base) {
    size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return size;
  }

  Result<void> too_large() const {
    return not_http(fmt::format("the body is larger than {} MiB", kMaxBody >> 20));
  }

  /// Moves exactly so many bytes of the stream to the end of `body`.
  Result<void> take(size_t bytes, std::string& body) {
    if (bytes > kMaxBody - body.size()) return too_large();
    while (buffer_.size() < bytes) {
      auto more = receive();
      if (!more) return std::unexpected(more.error());
      if (!*more)
        return not_http(fmt::format("the body was cut off after {} of {} bytes", buffer_.size(), bytes));
    }
    body.append(buffer_, 0, bytes);
    buffer_.erase(0, bytes);
    return {};
  }

  Result<void> read_chunks(std::string& body) {
    while (true) {
      auto line = read_line();
      if (!line) return std::unexpected(line.error());
      const size_t digits = std::min(line->find_first_of("; \t"), line->size());
      const auto size = parse_size(std::string_view(*line).substr(0, digits), 16);
      if (!size) return not_http(fmt::format("a malformed chunk size: \"{}\"", line->substr(0, 30)));
      if (*size == 0) break;
      if (auto taken = take(*size, body); !taken) return taken;
      line = read_line();
      if (!line) return std::unexpected(line.error());
      if (!line->empty()) return not_http("a chunk is longer than its size says");
    }
    while (true) {  // trailers
      auto line = read_line();
      if (!line) return std::unexpected(line.error());
      if (line->empty()) return {};
    }
  }

  Result<void> read_until_close(std::string& body) {
    while (true) {
      body.append(std::exchange(buffer_, {}));
      if (body.size() > kMaxBody) return too_large();
      auto more = receive();
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
    }
  }

  const Url& url_;
  const std::string& name_;
  const double timeout_s_;
  const bool split_;
  const std::string& body_;
  const std::string& content_type_;
  const Clock::time_point deadline_;
  UniqueFd socket_;
  std::string buffer_;
  bool started_ = false, status_seen_ = false;
};

Result<HttpAnswer> ask(std::string_view method, const std::string& text, const HttpOptions& options) {
  auto url = parse_url(text);
  if (!url) return std::unexpected(url.error());
  return Exchange(*url, text, options).run(method);
}

}  // namespace

Result<HttpAnswer> http_get(const std::string& url, const HttpOptions& options) {
  return ask("GET", url, options);
}

Result<HttpAnswer> http_post(const std::string& url, const HttpOptions& options) {
  return ask("POST", url, options);
}

Result<HttpAnswer> http_request(const std::string& method, const std::string& url,
                                const HttpOptions& options) {
  return ask(method, url, options);
}

}  // namespace shootout
