// epoll, waiting to the nanosecond.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/clock.h"
#include "engine/error.h"

namespace shootout::engine {

/// A set of watched file descriptors.
class EpollSet {
 public:
  /// A wait brings at most so many events.
  static constexpr std::size_t kBatch = 512;

  /// How a wait ends in time. epoll_wait() itself knows only milliseconds.
  enum class Alarm {
    pwait2,   ///< epoll_pwait2(), Linux 5.11: one system call a wait
    timerfd,  ///< everywhere: one more where the deadline has changed
  };

  /// With the best alarm that the kernel has. Makes the calling thread's timer slack the least there is (50
  /// us are the kernel's default), so call it in the thread that will wait.
  static Result<std::unique_ptr<EpollSet>> create();
  /// Fails where the kernel lacks the alarm.
  static Result<std::unique_ptr<EpollSet>> create(Alarm alarm);
  ~EpollSet();
  EpollSet(const EpollSet&) = delete;
  EpollSet& operator=(const EpollSet&) = delete;

  /// `data` comes back in epoll_event::data.ptr; null is the set's own.
  Result<void> add(int fd, std::uint32_t events, void* data);
  void remove(int fd);

  /// What became ready; waits at most until `deadline` (monotonic), and may return empty-handed before it.
  /// The events stay valid until the next wait. `now`: the caller's last reading of the clock; it wakes later
  /// by its age.
  std::span<epoll_event> wait(Nanoseconds deadline, Nanoseconds now);

 private:
  EpollSet() = default;
  Result<void> open(Alarm alarm);
  int wait_pwait2(Nanoseconds deadline, Nanoseconds now);
  int wait_timerfd(Nanoseconds deadline, Nanoseconds now);

  int epoll_ = -1;
  int timer_ = -1;  ///< only with Alarm::timerfd
  Nanoseconds timer_deadline_ = 0;
  std::array<epoll_event, kBatch> events_;
};

}  // namespace shootout::engine
