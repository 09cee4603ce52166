#include "engine/epoll_set.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/timer_queue.h"

namespace shootout::engine {
namespace {

// The kernel adds a slack of 1/1000 of the timeout to a wait (1/200 where the process is niced; fs/select.c,
// select_estimate_accuracy). A long wait therefore ends a little before its deadline and the rest is a short
// one.
constexpr Nanoseconds kLongWait = 10 * kMillisecond;
constexpr Nanoseconds kLongWaitEarlier = 128;

timespec to_timespec(Nanoseconds time) {
  return {.tv_sec = time / kSecond, .tv_nsec = time % kSecond};
}

std::unexpected<Error> failed(std::string_view call, int error_number) {
  const bool limits =
      error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM || error_number == ENOSPC;
  std::string remedy;
  if (error_number == ENOSPC) remedy = "raise fs.epoll.max_user_watches (sysctl)";
  if (error_number == EMFILE || error_number == ENFILE) remedy = "raise the limit of open files (ulimit -n)";
  return std::unexpected(Error{limits ? Error::Kind::limits : Error::Kind::system,
                               fmt::format("{} failed: {}", call, std::strerror(error_number)),
                               std::move(remedy)});
}

}  // namespace

Result<std::unique_ptr<EpollSet>> EpollSet::create() {
  if (auto set = create(Alarm::pwait2)) return set;
  return create(Alarm::timerfd);
}

Result<std::unique_ptr<EpollSet>> EpollSet::create(Alarm alarm) {
  std::unique_ptr<EpollSet> set(new EpollSet);
  if (auto opened = set->open(alarm); !opened) return std::unexpected(opened.error());
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  return set;
}

Result<void> EpollSet::open(Alarm alarm) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return failed("epoll_create1", errno);
  if (alarm == Alarm::pwait2) {
    const timespec none{};
    if (::epoll_pwait2(epoll_, events_.data(), 1, &none, nullptr) < 0) return failed("epoll_pwait2", errno);
    return {};
  }
  timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer_ < 0) return failed("timerfd_create", errno);
  return add(timer_, EPOLLIN | EPOLLET, nullptr);
}

EpollSet::~EpollSet() {
  if (timer_ >= 0) ::close(timer_);
  if (epoll_ >= 0) ::close(epoll_);
}

Result<void> EpollSet::add(int fd, std::uint32_t events, void* data) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) < 0) return failed("epoll_ctl", errno);
  return {};
}

void EpollSet::remove(int fd) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

std::span<epoll_event> EpollSet::wait(Nanoseconds deadline, Nanoseconds now) {
  const int count = timer_ >= 0 ? wait_timerfd(deadline, now) : wait_pwait2(deadline, now);
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};  // -1: a signal came
}

int EpollSet::wait_pwait2(Nanoseconds deadline, Nanoseconds now) {
  if (deadline == kNever) return ::epoll_pwait2(epoll_, events_.data(), kBatch, nullptr, nullptr);
  Nanoseconds rest = std::max<Nanoseconds>(deadline - now, 0);
  if (rest > kLongWait) rest -= rest / kLongWaitEarlier;
  const timespec timeout = to_timespec(rest);
  return ::epoll_pwait2(epoll_, events_.data(), kBatch, &timeout, nullptr);
}

int EpollSet::wait_timerfd(Nanoseconds deadline, Nanoseconds now) {
  const bool due = deadline <= now;
  if (!due && deadline != kNever && deadline != timer_deadline_) {
    itimerspec alarm{};
    alarm.it_value = to_timespec(deadline);
    // Setting it also takes back an expiry that was not read.
    ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &alarm, nullptr);
    timer_deadline_ = deadline;
  }
  return ::epoll_wait(epoll_, events_.data(), kBatch, due ? 0 : -1);
}

}  // namespace shootout::engine
