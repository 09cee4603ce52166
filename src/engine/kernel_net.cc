#include "engine/kernel_net.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace shootout::engine {
namespace {

Transfer transfer_of(ssize_t moved) {
  if (moved >= 0) return {.bytes = static_cast<std::size_t>(moved)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {.status = Transfer::Status::would_block};
  return {.status = Transfer::Status::failed, .error = errno};
}

}  // namespace

Result<std::unique_ptr<KernelNet>> KernelNet::create() {
  auto sockets = EpollSet::create();
  if (!sockets) return std::unexpected(sockets.error());
  std::unique_ptr<KernelNet> net(new KernelNet(std::move(*sockets)));
  net->wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (net->wake_ < 0) {
    return std::unexpected(Error{Error::Kind::limits, std::string("eventfd failed: ") + std::strerror(errno),
                                 "raise the limit of open files (ulimit -n)"});
  }
  if (auto added = net->sockets_->add(net->wake_, EPOLLIN | EPOLLET, nullptr); !added) {
    return std::unexpected(added.error());
  }
  return net;
}

KernelNet::~KernelNet() {
  if (wake_ >= 0) ::close(wake_);
}

std::span<Ready> KernelNet::wait(Nanoseconds deadline, Nanoseconds now) {
  const auto events = sockets_->wait(deadline, now);
  std::ranges::transform(events, ready_.begin(), [](const epoll_event& event) {
    return Ready{static_cast<IoHandler*>(event.data.ptr), event.events};
  });
  return std::span(ready_).first(events.size());
}

void KernelNet::wake() {
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);  // full: it is awake already
  errno = saved_errno;
}

Result<void> KernelNet::watch(int fd, IoHandler& handler) {
  return sockets_->add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &handler);
}

void KernelNet::unwatch(int fd) {
  sockets_->remove(fd);
}

std::expected<int, int> KernelNet::connect(const Address& target, const Address* source) {
  const int fd = ::socket(target.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(errno);
  const int on = 1;
  if (target.storage.ss_family != AF_UNIX) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bool made = true;
  if (source != nullptr) {
    // The port is chosen at connect(), where it needs to be free towards this target only (ip(7)).
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    made = ::bind(fd, reinterpret_cast<const sockaddr*>(&source->storage), source->length) == 0;
  }
  made = made && (::connect(fd, reinterpret_cast<const sockaddr*>(&target.storage), target.length) == 0 ||
                  errno == EINPROGRESS || errno == EINTR);
  if (made) return fd;
  const int error = errno;
  ::close(fd);
  return std::unexpected(error);
}

int KernelNet::take_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
  return error;
}

Transfer KernelNet::send(int fd, std::span<const iovec> pieces) {
  ssize_t sent = 0;
  do {
    if (pieces.size() == 1) {
      sent = ::send(fd, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
    } else {
      msghdr message{};
      message.msg_iov = const_cast<iovec*>(pieces.data());
      message.msg_iovlen = pieces.size();
      sent = ::sendmsg(fd, &message, MSG_NOSIGNAL);
    }
  } while (sent < 0 && errno == EINTR);
  return transfer_of(sent);
}

Transfer KernelNet::receive(int fd, std::span<char> buffer) {
  ssize_t received = 0;
  do {
    received = ::recv(fd, buffer.data(), buffer.size(), 0);
  } while (received < 0 && errno == EINTR);
  if (received == 0) return {.status = Transfer::Status::closed};
  Transfer transfer = transfer_of(received);
  transfer.more = transfer.bytes == buffer.size();
  return transfer;
}

void KernelNet::close(int fd) {
  ::close(fd);
}

}  // namespace shootout::engine
