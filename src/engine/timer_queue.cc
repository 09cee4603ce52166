#include "engine/timer_queue.h"

#include <algorithm>

namespace shootout::engine {

Timer::~Timer() {
  if (armed()) queue_->disarm(*this);
}

TimerQueue::~TimerQueue() {
  for (const Entry& entry : heap_) entry.timer->queue_ = nullptr;
}

void TimerQueue::arm(Timer& timer, Nanoseconds deadline) {
  deadline = std::max(deadline, least_deadline_);
  if (timer.queue_ == this) {
    timer.deadline_ = deadline;
    if (deadline < timer.key_) sift_up(timer.position_, {deadline, &timer});
    return;
  }
  if (timer.armed()) timer.queue_->disarm(timer);
  timer.queue_ = this;
  timer.deadline_ = deadline;
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {deadline, &timer});
}

void TimerQueue::disarm(Timer& timer) {
  if (timer.queue_ != this) return;
  timer.queue_ = nullptr;
  remove(timer.position_);
}

void TimerQueue::expire(Nanoseconds now) {
  least_deadline_ = now + 1;
  while (earliest() <= now) {
    Timer& timer = *heap_.front().timer;
    if (timer.deadline_ != heap_.front().key) {
      sift_down(0, {timer.deadline_, &timer});
      continue;
    }
    disarm(timer);
    timer.on_timer();
  }
  least_deadline_ = kAlways;
}

void TimerQueue::place(std::size_t position, Entry entry) {
  heap_[position] = entry;
  entry.timer->position_ = position;
  entry.timer->key_ = entry.key;
}

void TimerQueue::sift_up(std::size_t position, Entry entry) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / kArity;
    if (heap_[parent].key <= entry.key) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void TimerQueue::sift_down(std::size_t position, Entry entry) {
  for (;;) {
    const std::size_t first = position * kArity + 1;
    if (first >= heap_.size()) break;
    const std::size_t last = std::min(first + kArity, heap_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < last; ++child) {
      if (heap_[child].key < heap_[least].key) least = child;
    }
    if (entry.key <= heap_[least].key) break;
    place(position, heap_[least]);
    position = least;
  }
  place(position, entry);
}

void TimerQueue::remove(std::size_t position) {
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  if (position > 0 && last.key < heap_[(position - 1) / kArity].key) {
    sift_up(position, last);
  } else {
    sift_down(position, last);
  }
}

}  // namespace shootout::engine
