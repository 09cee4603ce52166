// An HTTP server for large bodies in both directions that never touches them: what is uploaded is thrown away
// in the kernel, and GET /stream is sent from it. GET /counts tells what went through.
#include <sys/mman.h>
#include <sys/sendfile.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "server.h"

namespace {

constexpr std::size_t kStreamBytes = 10'000'000, kChunkBytes = 64 * 1024;

struct Counts {
  std::uint64_t answers = 0, uploaded = 0, streamed = 0;
} counts;

/// A whole chunked answer of kStreamBytes in a file of memory, and its length.
struct Stream {
  int fd = ::memfd_create("stream", MFD_CLOEXEC);
  std::size_t size = 0;

  Stream() {
    std::string text =
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t left = kStreamBytes; left > 0;) {
      const std::size_t chunk = std::min(left, kChunkBytes);
      text += fmt::format("{:x}\r\n", chunk) + std::string(chunk, 'x') + "\r\n";
      left -= chunk;
    }
    text += "0\r\n\r\n";
    size = text.size();
    if (fd < 0 || ::write(fd, text.data(), size) != static_cast<ssize_t>(size))
      shootout::bench::die_of_errno("memfd");
  }
};

class Sink {
 public:
  explicit Sink(int fd) : fd_(fd) {}

  bool on_ready() {
    while (true) {
      if (!flush()) return false;
      if (!idle_for_output()) return true;
      const Read read = body_left_ > 0 ? discard() : read_head();
      if (read != Read::moved) return read == Read::would_block;
    }
  }

 private:
  enum class Read { moved, would_block, ended };

  static const Stream& stream() {
    static const Stream stream;
    return stream;
  }

  [[nodiscard]] bool idle_for_output() const { return out_.empty() && stream_left_ == 0; }

  static Read outcome(ssize_t got) {
    if (got > 0) return Read::moved;
    return got < 0 && errno == EAGAIN ? Read::would_block : Read::ended;
  }

  Read discard() {
    // MSG_TRUNC: TCP throws the bytes away instead of copying them (tcp(7)).
    const ssize_t got = ::recv(fd_, nullptr, std::min(body_left_, std::size_t{1} << 20), MSG_TRUNC);
    if (got > 0) took_in(static_cast<std::size_t>(got));
    return outcome(got);
  }

  Read read_head() {
    std::array<char, 16384> buffer;
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return outcome(got);
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    const std::size_t end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return Read::moved;
    begin_request(std::string_view(in_).substr(0, end + 2));
    const std::size_t body = std::min(in_.size() - end - 4, body_left_);
    in_.clear();  // no pipelining
    if (body_left_ > 0) took_in(body);
    return Read::moved;
  }

  void begin_request(std::string_view head) {
    constexpr std::string_view kLength = "\r\ncontent-length: ";
    const auto found = std::ranges::search(head, kLength, {}, [](char c) { return std::tolower(c); });
    if (head.starts_with("GET /stream")) {
      stream_left_ = stream().size;
    } else if (head.starts_with("GET /counts")) {
      answer(fmt::format(R"({{"answers": {}, "uploaded": {}, "streamed": {}}})", counts.answers,
                         counts.uploaded, counts.streamed));
    } else if (found.empty() || (body_left_ = std::strtoull(&*found.end(), nullptr, 10)) == 0) {
      answer("ok\n");
    }
  }

  void took_in(std::size_t bytes) {
    counts.uploaded += bytes;
    body_left_ -= bytes;
    if (body_left_ == 0) answer("ok\n");
  }

  void answer(std::string_view body) {
    ++counts.answers;
    out_ = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  }

  /// False: the connection is broken.
  bool flush() {
    while (!out_.empty()) {
      const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      out_.erase(0, static_cast<std::size_t>(sent));
    }
    while (stream_left_ > 0) {
      auto from = static_cast<off_t>(stream().size - stream_left_);
      const ssize_t sent = ::sendfile(fd_, stream().fd, &from, stream_left_);
      if (sent < 0) return errno == EAGAIN;
      counts.streamed += static_cast<std::size_t>(sent);
      stream_left_ -= static_cast<std::size_t>(sent);
      if (stream_left_ == 0) ++counts.answers;
    }
    return true;
  }

  int fd_;
  std::string in_, out_;
  std::size_t body_left_ = 0;    ///< of the upload that is coming in
  std::size_t stream_left_ = 0;  ///< of the stream that is going out
};

}  // namespace

int main() {
  shootout::bench::serve<Sink>();
}
