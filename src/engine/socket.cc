#include "engine/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

namespace shootout::engine {
namespace {

Transfer outcome_of(ssize_t moved) {
  if (moved >= 0) return {.bytes = static_cast<std::size_t>(moved)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {.status = Transfer::Status::would_block};
  return {.status = Transfer::Status::failed, .error = errno};
}

}  // namespace

std::expected<Socket, int> Socket::connect(const Address& address) {
  Socket made(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made.is_open()) return std::unexpected(errno);
  const int on = 1;
  ::setsockopt(made.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(made.fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) < 0 &&
      errno != EINPROGRESS && errno != EINTR) {
    return std::unexpected(errno);
  }
  return made;
}

int Socket::take_error() const {
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
  return error;
}

Transfer Socket::send(std::string_view bytes) const {
  ssize_t sent = 0;
  do {
    sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return outcome_of(sent);
}

Transfer Socket::receive(std::span<char> buffer) const {
  ssize_t received = 0;
  do {
    received = ::recv(fd_, buffer.data(), buffer.size(), 0);
  } while (received < 0 && errno == EINTR);
  if (received == 0) return {.status = Transfer::Status::closed};
  return outcome_of(received);
}

void Socket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace shootout::engine
