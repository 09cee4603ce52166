#include "base/message_channel.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>

namespace shootout {
namespace {

constexpr size_t kMaxMessage = size_t{64} << 20;
constexpr size_t kHeader = 4;

uint32_t read_length(const char* bytes) {
  uint32_t length = 0;
  std::memcpy(&length, bytes, kHeader);  // both ends are the same program on the same machine
  return length;
}

}  // namespace

Result<std::pair<MessageChannel, MessageChannel>> MessageChannel::make_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return fail(ExitCode::environment, fmt::format("cannot make a socket pair: {}", errno_text(errno)));
  }
  return std::pair{MessageChannel(UniqueFd(fds[0])), MessageChannel(UniqueFd(fds[1]))};
}

Result<void> MessageChannel::send(const nlohmann::json& message) {
  const std::string text = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > kMaxMessage) return fail(ExitCode::internal, "a message between processes is too large");
  std::string frame(kHeader, '\0');
  const auto length = static_cast<uint32_t>(text.size());
  std::memcpy(frame.data(), &length, kHeader);
  frame += text;
  for (size_t sent = 0; sent < frame.size();) {
    const ssize_t n = ::send(socket_.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      return fail(ExitCode::internal, fmt::format("the peer process is gone: {}", errno_text(errno)));
    }
    sent += static_cast<size_t>(n);
  }
  return {};
}

bool MessageChannel::has_buffered_message() const {
  return buffer_.size() >= kHeader && buffer_.size() >= kHeader + read_length(buffer_.data());
}

Result<std::optional<nlohmann::json>> MessageChannel::receive(double timeout_s) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_s < 0 ? 0 : timeout_s);
  while (!has_buffered_message()) {
    if (buffer_.size() >= kHeader && read_length(buffer_.data()) > kMaxMessage) {
      return fail(ExitCode::internal, "the peer process sent what is no message");
    }
    int wait_ms = -1;
    if (timeout_s >= 0) {
      const std::chrono::duration<double, std::milli> left = deadline - Clock::now();
      wait_ms = std::max(0, static_cast<int>(std::ceil(left.count())));
    }
    pollfd poll_fd{socket_.get(), POLLIN, 0};
    const int ready = ::poll(&poll_fd, 1, wait_ms);
    if (ready < 0 && errno == EINTR) return std::nullopt;  // a signal: let the caller look at its flags
    if (ready == 0) return std::nullopt;
    char chunk[65536];
    const ssize_t n = ::recv(socket_.get(), chunk, sizeof chunk, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(ExitCode::internal, "the peer process is gone");
    buffer_.append(chunk, static_cast<size_t>(n));
  }
  const size_t length = read_length(buffer_.data());
  auto message = nlohmann::json::parse(buffer_.begin() + kHeader,
                                       buffer_.begin() + static_cast<long>(kHeader + length), nullptr, false);
  buffer_.erase(0, kHeader + length);
  if (message.is_discarded()) return fail(ExitCode::internal, "the peer process sent what is no JSON");
  return std::optional(std::move(message));
}

}  // namespace shootout
