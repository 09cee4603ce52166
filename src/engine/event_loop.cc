#include "engine/event_loop.h"

#include <algorithm>
#include <utility>

#include "engine/kernel_net.h"

namespace shootout::engine {
namespace {

constexpr Nanoseconds kFirstLateness = 50 * kMicrosecond, kMostLateness = 200 * kMicrosecond;
constexpr std::size_t kShortBatch = 4;
constexpr Nanoseconds kLatenessWeight = 16;  ///< a sleep's lateness weighs 1/16 in the usual one

}  // namespace

static_assert(std::atomic<bool>::is_always_lock_free, "stop() must be safe in a signal handler");

EventLoop::EventLoop(std::unique_ptr<Net> net)
    : net_(std::move(net)), now_(net_->now()), usual_lateness_(kFirstLateness) {}

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
  auto net = KernelNet::create();
  if (!net) return std::unexpected(net.error());
  return std::make_unique<EventLoop>(std::move(*net));
}

Result<void> EventLoop::watch(int fd, IoHandler& handler) {
  return net_->watch(fd, handler);
}

void EventLoop::forget(int fd, IoHandler& handler) {
  net_->unwatch(fd);
  for (Ready& ready : pending_) {
    if (ready.handler == &handler) ready.handler = nullptr;
  }
}

/// Sleeps until a little before the deadline: so much before that twice the usual lateness is still in time.
std::span<Ready> EventLoop::wait_exactly(Nanoseconds deadline) {
  const Nanoseconds begun = refresh_now();
  const Nanoseconds wake_at = deadline - 2 * usual_lateness_;
  if (begun < wake_at) {
    const auto ready = net_->wait(wake_at, begun);
    if (const Nanoseconds late = net_->now() - wake_at; ready.empty() && late >= 0) {
      usual_lateness_ += (std::min(late, kMostLateness) - usual_lateness_) / kLatenessWeight;
    }
    return ready;
  }
  const auto ready = net_->wait(begun, begun);
  if (ready.empty()) spun_ += net_->now() - begun;
  return ready;
}

void EventLoop::run_once(Nanoseconds until) {
  const Nanoseconds deadline = std::min(until, timers_.earliest());
  pending_ = exact_ && deadline != kNever ? wait_exactly(deadline) : net_->wait(deadline, now_);
  refresh_now();
  const bool long_batch = pending_.size() > kShortBatch;
  while (!pending_.empty()) {
    const Ready ready = pending_.front();
    pending_ = pending_.subspan(1);
    // With thousands of connections the next one is in no cache.
    if (!pending_.empty()) __builtin_prefetch(pending_.front().handler);
    if (ready.handler != nullptr) ready.handler->on_io(ready.events);
  }
  // Reading the clock costs about a hundredth of a request each time; a few events have not changed it much.
  if (long_batch) refresh_now();
  if (timers_.earliest() <= now_) timers_.expire(now_);
}

void EventLoop::run() {
  while (!stopped_.load(std::memory_order_acquire)) run_once(kNever);
  stopped_.store(false, std::memory_order_relaxed);
}

void EventLoop::stop() {
  stopped_.store(true, std::memory_order_release);
  net_->wake();
}

}  // namespace shootout::engine
