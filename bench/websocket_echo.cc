// A WebSocket server that sends every frame back (RFC 6455), fragments and control frames included.
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "server.h"

namespace {

constexpr std::size_t kLongestMessage = std::size_t{16} << 20;

/// Section 1.3: what the server answers to the handshake's nonce.
std::string accept_key(std::string_view nonce) {
  const std::string text = std::string(nonce) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 32> base64;
  const int length = ::EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return {base64.begin(), base64.begin() + length};
}

class Echo {
 public:
  explicit Echo(int fd) : fd_(fd) {}

  bool on_ready() {
    if (!flush()) return false;
    while (true) {
      static std::array<char, 65536> buffer;
      const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
      if (got < 0) return true;
      in_.append(buffer.data(), static_cast<std::size_t>(got));
      if (!open_ && !shake_hands()) return false;
      while (open_ && echo_frame()) {
      }
      if (in_.size() > kLongestMessage || !flush()) return false;
      if (static_cast<std::size_t>(got) < buffer.size()) return true;
    }
  }

 private:
  bool shake_hands() {
    const std::size_t end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return true;
    constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
    const std::size_t key = in_.find(kKey);
    if (key > end) return false;
    const std::string_view nonce =
        std::string_view(in_).substr(key + kKey.size(), in_.find('\r', key) - key - kKey.size());
    out_ += fmt::format(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: {}\r\n\r\n",
        accept_key(nonce));
    in_.erase(0, end + 4);
    open_ = true;
    return true;
  }

  /// Section 5.2. False: there is no whole frame.
  bool echo_frame() {
    const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(in_[at]); };
    if (in_.size() < 2) return false;
    std::size_t payload = byte(1) & 0x7FU, head = 2;
    if (payload >= 126) {
      const std::size_t extended = payload == 126 ? 2 : 8;
      if (in_.size() < head + extended) return false;
      payload = 0;
      for (std::size_t i = 0; i < extended; ++i) payload = payload << 8U | byte(head + i);
      head += extended;
    }
    const std::size_t mask = head;
    if (in_.size() < mask + 4 || in_.size() - mask - 4 < payload) return false;
    out_ += in_[0];
    out_ += static_cast<char>(byte(1) & 0x7FU);
    out_.append(in_, 2, head - 2);
    for (std::size_t i = 0; i < payload; ++i)
      out_ += static_cast<char>(in_[mask + 4 + i] ^ in_[mask + i % 4]);
    in_.erase(0, mask + 4 + payload);
    return true;
  }

  /// False: the connection is broken.
  bool flush() {
    while (!out_.empty()) {
      const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      out_.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
  }

  int fd_;
  bool open_ = false;
  std::string in_, out_;
};

}  // namespace

int main() {
  shootout::bench::serve<Echo>();
}
