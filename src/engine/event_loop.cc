#include "engine/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace shootout::engine {

static_assert(std::atomic<bool>::is_always_lock_free, "stop() must be safe in a signal handler");

EventLoop::EventLoop(std::unique_ptr<EpollSet> sockets)
    : sockets_(std::move(sockets)), now_(monotonic_now()) {}

EventLoop::~EventLoop() {
  if (wake_ >= 0) ::close(wake_);
}

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
  auto sockets = EpollSet::create();
  if (!sockets) return std::unexpected(sockets.error());
  std::unique_ptr<EventLoop> loop(new EventLoop(std::move(*sockets)));
  loop->wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (loop->wake_ < 0) {
    return std::unexpected(Error{Error::Kind::limits, std::string("eventfd failed: ") + std::strerror(errno),
                                 "raise the limit of open files (ulimit -n)"});
  }
  if (auto added = loop->sockets_->add(loop->wake_, EPOLLIN | EPOLLET, nullptr); !added) {
    return std::unexpected(added.error());
  }
  return loop;
}

Result<void> EventLoop::watch(int fd, IoHandler& handler) {
  return sockets_->add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &handler);
}

void EventLoop::forget(int fd, IoHandler& handler) {
  sockets_->remove(fd);
  for (epoll_event& event : pending_) {
    if (event.data.ptr == &handler) event.data.ptr = nullptr;
  }
}

void EventLoop::run_once(Nanoseconds until) {
  pending_ = sockets_->wait(std::min(until, timers_.earliest()));
  refresh_now();
  while (!pending_.empty()) {
    const epoll_event event = pending_.front();
    pending_ = pending_.subspan(1);
    if (event.data.ptr != nullptr) static_cast<IoHandler*>(event.data.ptr)->on_io(event.events);
  }
  if (timers_.size() > 0) timers_.expire(refresh_now());
}

void EventLoop::run() {
  while (!stopped_.load(std::memory_order_acquire)) run_once(kNever);
  stopped_.store(false, std::memory_order_relaxed);
}

void EventLoop::stop() {
  const int saved_errno = errno;
  stopped_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);  // full: it is awake already
  errno = saved_errno;
}

}  // namespace shootout::engine
