// Timers that cost no allocation, and the queue that knows which runs out next.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "engine/clock.h"

namespace shootout::engine {

/// A deadline that is never reached.
inline constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::max();

/// Something to do at a time. Lives inside its owner and costs no allocation; disarms itself when destroyed.
class Timer {
 public:
  virtual void on_timer() = 0;
  [[nodiscard]] bool armed() const { return queue_ != nullptr; }
  /// Monotonic; meaningful while armed, and in on_timer().
  [[nodiscard]] Nanoseconds deadline() const { return deadline_; }

  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 protected:
  Timer() = default;
  virtual ~Timer();

 private:
  friend class TimerQueue;
  class TimerQueue* queue_ = nullptr;
  std::size_t position_ = 0;
  Nanoseconds deadline_ = 0;
  Nanoseconds key_ = 0;  ///< its place in the heap: at most the deadline
};

/// A 4-ary heap of timers. Arming and disarming are O(log n), and allocate only when the queue is larger than
/// ever before. Moving a deadline *later* is O(1): the heap keeps the old one as a lower bound and puts the
/// timer in its place when that comes up. (A request's timeout is moved with every request and hardly ever
/// runs out.)
class TimerQueue {
 public:
  TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  /// Disarms what is still armed.
  ~TimerQueue();

  /// Arms the timer, or moves it. A timer armed in another queue leaves that one.
  void arm(Timer& timer, Nanoseconds deadline);
  void disarm(Timer& timer);

  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  /// No timer is due before this; kNever when there is none. The earliest deadline itself may be later.
  [[nodiscard]] Nanoseconds earliest() const { return heap_.empty() ? kNever : heap_.front().key; }

  /// Disarms each timer whose deadline is `now` or earlier, then calls its on_timer(), in the order of
  /// deadlines. What is armed meanwhile has to wait for a later call: its deadline is made at least now + 1.
  void expire(Nanoseconds now);

 private:
  struct Entry {
    Nanoseconds key;  ///< at most the timer's deadline
    Timer* timer;
  };
  static constexpr std::size_t kArity = 4;
  static constexpr Nanoseconds kAlways = std::numeric_limits<Nanoseconds>::min();

  void place(std::size_t position, Entry entry);
  void sift_up(std::size_t position, Entry entry);
  void sift_down(std::size_t position, Entry entry);
  void remove(std::size_t position);

  std::vector<Entry> heap_;
  Nanoseconds least_deadline_ = kAlways;
};

}  // namespace shootout::engine
