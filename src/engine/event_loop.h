// One thread's loop: sockets that became ready, and timers that ran out.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/clock.h"
#include "engine/error.h"
#include "engine/net.h"
#include "engine/timer_queue.h"

namespace shootout::engine {

/// Not thread-safe but for stop(). Sockets are registered once, edge-triggered.
class EventLoop {
 public:
  /// Call it in the thread that will run the loop: it makes that thread's timer slack the least there is.
  static Result<std::unique_ptr<EventLoop>> create();
  /// Over another kernel than the real one (tests).
  explicit EventLoop(std::unique_ptr<Net> net);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Registers a socket for reading and writing, edge-triggered. It must be non-blocking. Each handler has
  /// one. Fails when the kernel's limit of watches is reached. Closing the socket ends the registration, but
  /// call forget() first where the handler dies during a batch of events.
  Result<void> watch(int fd, IoHandler& handler);
  /// Ends the registration; no event already fetched reaches the handler any more.
  void forget(int fd, IoHandler& handler);

  /// Calls timer.on_timer() once, not before `deadline` (monotonic). Re-arming moves it; later is O(1).
  void arm(Timer& timer, Nanoseconds deadline) { timers_.arm(timer, deadline); }
  void disarm(Timer& timer) { timers_.disarm(timer); }

  [[nodiscard]] Net& net() { return *net_; }

  /// The time, read once a batch of events, and again before its timers: cheap, and at most as old as the
  /// batch.
  [[nodiscard]] Nanoseconds now() const { return now_; }
  /// Reads the clock again (after long work inside a batch).
  Nanoseconds refresh_now() { return now_ = net_->now(); }

  /// Waits for events (at most until `until`; kNever: for ever), handles one batch, then the timers that ran
  /// out. May return before `until` with nothing done.
  void run_once(Nanoseconds until);
  /// From now on timers are met to a few microseconds: shortly before the next one is due the loop does not
  /// sleep but looks, again and again. How long before follows from how late its sleeps have ended.
  void meet_timers_exactly() { exact_ = true; }
  /// How long it has looked so, to no avail.
  [[nodiscard]] Nanoseconds spun() const { return spun_; }

  /// run_once() until stop(). A stop() that came before ends it at once.
  void run();
  /// Ends run() from any thread or from a signal handler.
  void stop();

 private:
  std::span<Ready> wait_exactly(Nanoseconds deadline);

  std::unique_ptr<Net> net_;
  TimerQueue timers_;
  Nanoseconds now_;
  std::span<Ready> pending_;  ///< of the batch, what has not been handled yet
  bool exact_ = false;
  Nanoseconds usual_lateness_, spun_ = 0;
  std::atomic<bool> stopped_ = false;
};

}  // namespace shootout::engine
