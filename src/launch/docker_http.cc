#include "launch/docker_http.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>

#include "launch/docker_words.h"

namespace shootout::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxHead = size_t{64} << 10;
constexpr int kPollMs = 100;

std::unexpected<Error> unreachable(const std::filesystem::path& socket, int error) {
  const std::string where = socket.string();
  if (error == EACCES || error == EPERM) {
    return fail(ExitCode::environment, fmt::format("this account may not use the Docker engine at {}", where),
                "`sudo usermod -aG docker $USER` and log in anew, or start shootout as root");
  }
  const std::string why = error == ENOENT         ? "it is not there"
                          : error == ECONNREFUSED ? "nobody listens"
                                                  : errno_text(error);
  return fail(ExitCode::environment, fmt::format("no Docker engine answers at {}: {}", where, why),
              "start it (`systemctl start docker`), install one (on Debian: `apt-get install docker.io`), or "
              "name another with DOCKER_HOST=unix:///PATH");
}

class Exchange {
 public:
  Exchange(const std::filesystem::path& socket, const DockerRequest& request,
           const std::function<bool()>& stop_asked)
      : place_(socket), request_(request), stop_asked_(stop_asked) {}

  Result<void> connect() {
    socket_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = place_.string();
    if (path.size() >= sizeof address.sun_path) return unreachable(place_, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    // A Unix socket connects at once, or its queue is full.
    for (auto deadline = Clock::now() + std::chrono::seconds(5);;) {
      if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return {};
      if (errno != EAGAIN || Clock::now() > deadline) return unreachable(place_, errno);
      ::poll(nullptr, 0, kPollMs);
    }
  }

  Result<void> send(bool upgrade) {
    std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: docker\r\nUser-Agent: shootout\r\n",
                                   request_.method, request_.target);
    head += upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "Connection: close\r\n";
    if (!request_.content_type.empty()) head += fmt::format("Content-Type: {}\r\n", request_.content_type);
    if (request_.method != "GET") head += fmt::format("Content-Length: {}\r\n", request_.body.size());
    head += "\r\n";
    for (std::string_view bytes : {std::string_view(head), request_.body}) {
      while (!bytes.empty()) {
        const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n >= 0) {
          bytes.remove_prefix(static_cast<size_t>(n));
        } else if (errno == EPIPE || errno == ECONNRESET) {
          return {};  // it refuses the rest, and its answer says why
        } else if (errno == EAGAIN) {
          if (auto ready = wait_for(POLLOUT); !ready) return ready;
        } else if (errno != EINTR) {
          return broken(errno_text(errno));
        }
      }
    }
    return {};
  }

  /// Status line and headers; interim answers are passed over, 101 is none of them.
  Result<void> read_head() {
    do {
      auto line = read_line();
      if (!line) return std::unexpected(line.error());
      const bool http = line->starts_with("HTTP/1.") && line->size() >= 12;
      const char* digits = line->data() + std::min<size_t>(9, line->size());
      const auto [end, error] =
          std::from_chars(digits, line->data() + std::min<size_t>(12, line->size()), status_);
      if (!http || error != std::errc() || end != digits + 3) return broken("what answers there is no HTTP");
      headers_.clear();
      while (true) {
        line = read_line();
        if (!line) return std::unexpected(line.error());
        if (line->empty()) break;
        const size_t colon = line->find(':');
        if (colon == std::string::npos) return broken("a malformed header came");
        std::string name = line->substr(0, colon);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        const size_t value = line->find_first_not_of(" \t", colon + 1);
        headers_[name] = value == std::string::npos ? "" : line->substr(value);
      }
    } while (status_ < 200 && status_ != 101);
    return {};
  }

  Result<void> read_body(const BodyPieces& piece) {
    if (status_ == 204 || status_ == 304) return {};
    if (const auto coding = headers_.find("transfer-encoding");
        coding != headers_.end() && coding->second == "chunked") {
      while (true) {
        auto line = read_line();
        if (!line) return std::unexpected(line.error());
        const auto size = number(line->substr(0, line->find(';')), 16);
        if (!size) return broken("a malformed chunk came");
        if (*size == 0) return {};
        if (auto taken = take(*size, piece); !taken) return taken;
        if (auto end = read_line(); !end) return std::unexpected(end.error());
      }
    }
    if (const auto length = headers_.find("content-length"); length != headers_.end()) {
      const auto size = number(length->second, 10);
      if (!size) return broken("a malformed Content-Length came");
      return take(*size, piece);
    }
    while (true) {
      if (!buffer_.empty()) piece(std::exchange(buffer_, {}));
      auto more = receive();
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
    }
  }

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] DockerStream take_stream() { return {std::move(socket_), std::move(buffer_)}; }

 private:
  [[nodiscard]] std::unexpected<Error> broken(const std::string& why) const {
    return fail(ExitCode::environment,
                fmt::format("the Docker engine at {} broke off {} {}: {}", place_.string(), request_.method,
                            request_.target.substr(0, request_.target.find('?')), why),
                "it may have been stopped meanwhile: see its log (`journalctl -u docker`)");
  }

  static std::optional<size_t> number(std::string_view text, int base) {
    size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
  }

  Result<void> wait_for(short events) {
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                             std::chrono::duration<double>(request_.silence_s));
    while (true) {
      pollfd entry{socket_.get(), events, 0};
      if (::poll(&entry, 1, kPollMs) > 0) return {};
      if (stop_asked_ && stop_asked_())
        return fail(ExitCode::interrupted, "interrupted while the Docker engine worked");
      if (Clock::now() > deadline) return broken(fmt::format("nothing came for {} s", request_.silence_s));
    }
  }

  /// Appends what has come to the buffer; false at the end of the stream.
  Result<bool> receive() {
    while (true) {
      char bytes[65536];
      const ssize_t n = ::recv(socket_.get(), bytes, sizeof bytes, 0);
      if (n > 0) buffer_.append(bytes, static_cast<size_t>(n));
      if (n >= 0) return n > 0;
      if (errno == EAGAIN) {
        if (auto ready = wait_for(POLLIN); !ready) return std::unexpected(ready.error());
      } else if (errno != EINTR) {
        return broken(errno_text(errno));
      }
    }
  }

  Result<std::string> read_line() {
    size_t end;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (buffer_.size() > kMaxHead) return broken("a line of its answer is too long");
      auto more = receive();
      if (!more) return std::unexpected(more.error());
      if (!*more) return broken("the answer was cut off");
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
  }

  Result<void> take(size_t bytes, const BodyPieces& piece) {
    while (bytes > 0) {
      if (buffer_.empty()) {
        auto more = receive();
        if (!more) return std::unexpected(more.error());
        if (!*more) return broken("the answer was cut off");
      }
      const size_t part = std::min(bytes, buffer_.size());
      piece(std::string_view(buffer_).substr(0, part));
      buffer_.erase(0, part);
      bytes -= part;
    }
    return {};
  }

  const std::filesystem::path& place_;
  const DockerRequest& request_;
  const std::function<bool()>& stop_asked_;
  UniqueFd socket_;
  std::string buffer_;
  int status_ = 0;
  std::map<std::string, std::string> headers_;  ///< names in lower case
};

}  // namespace

Result<DockerAnswer> docker_exchange(const std::filesystem::path& socket, const DockerRequest& request,
                                     const BodyPieces& pieces, const std::function<bool()>& stop_asked) {
  Exchange exchange(socket, request, stop_asked);
  DockerAnswer answer;
  if (auto good = exchange.connect(); !good) return std::unexpected(good.error());
  if (auto good = exchange.send(false); !good) return std::unexpected(good.error());
  if (auto good = exchange.read_head(); !good) return std::unexpected(good.error());
  answer.status = exchange.status();
  // What failed is told in one piece.
  const bool whole = !pieces || answer.status >= 400;
  const BodyPieces keep = [&](std::string_view piece) { answer.body += piece; };
  if (auto good = exchange.read_body(whole ? keep : pieces); !good) return std::unexpected(good.error());
  return answer;
}

Result<DockerStream> docker_upgrade(const std::filesystem::path& socket, const DockerRequest& request) {
  const std::function<bool()> never;
  Exchange exchange(socket, request, never);
  if (auto good = exchange.connect(); !good) return std::unexpected(good.error());
  if (auto good = exchange.send(true); !good) return std::unexpected(good.error());
  if (auto good = exchange.read_head(); !good) return std::unexpected(good.error());
  if (exchange.status() == 101 || exchange.status() == 200) return exchange.take_stream();
  std::string body;
  if (auto good = exchange.read_body([&](std::string_view piece) { body += piece; }); !good)
    return std::unexpected(good.error());
  return docker_refusal(exchange.status(), body, "connect to a container");
}

}  // namespace shootout::launch
