// One thread's loop: sockets that became ready, and timers that ran out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/clock.h"
#include "engine/error.h"

namespace shootout::engine {

/// Whoever owns a socket in an EventLoop. `events` are epoll's (EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR).
class IoHandler {
 public:
  virtual void on_io(std::uint32_t events) = 0;

 protected:
  ~IoHandler() = default;
};

/// Something to do at a time. Lives inside its owner and costs no allocation; disarms itself when destroyed.
/// Movable only while not armed.
class Timer {
 public:
  virtual void on_timer() = 0;
  [[nodiscard]] bool armed() const { return position_ != kUnarmed; }
  [[nodiscard]] Nanoseconds deadline() const { return deadline_; }

 protected:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

 private:
  friend class TimerQueue;
  static constexpr std::size_t kUnarmed = static_cast<std::size_t>(-1);
  class TimerQueue* queue_ = nullptr;
  std::size_t position_ = kUnarmed;
  Nanoseconds deadline_ = 0;
};

/// Not thread-safe but for stop(). Sockets are registered once, edge-triggered.
class EventLoop {
 public:
  static Result<std::unique_ptr<EventLoop>> create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Registers a socket for reading and writing, edge-triggered. It must be non-blocking.
  /// Fails when the kernel's limit of watches is reached. Closing the socket ends the registration, but call
  /// forget() first where the handler dies during a batch of events.
  Result<void> watch(int fd, IoHandler& handler);
  /// Ends the registration; no event already fetched for this socket reaches its handler any more.
  void forget(int fd, IoHandler& handler);

  /// Calls timer.on_timer() once, not before `deadline` (monotonic). Re-arming moves it.
  void arm(Timer& timer, Nanoseconds deadline);
  void disarm(Timer& timer);

  /// The time, read once a batch of events: cheap, and at most as old as the batch.
  [[nodiscard]] Nanoseconds now() const;
  /// Reads the clock again (after long work inside a batch).
  Nanoseconds refresh_now();

  /// Waits for events (at most until `until`), handles one batch, then the timers that ran out.
  void run_once(Nanoseconds until);
  /// run_once() until stop().
  void run();
  /// Ends run() from any thread or from a signal handler.
  void stop();

 private:
  EventLoop();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shootout::engine
