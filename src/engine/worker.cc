#include "engine/worker.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/preflight.h"

namespace shootout::engine {

void RateMeter::sample(std::uint64_t completed, Nanoseconds now) {
  const Nanoseconds elapsed = now - last_;
  if (elapsed < Worker::kTick / 2) return;
  const double rate = static_cast<double>(completed - last_completed_) / seconds(elapsed);
  last_ = now;
  last_completed_ = completed;
  // Welford's running mean and variance.
  ++count_;
  const double off = rate - mean_;
  mean_ += off / count_;
  squares_ += off * (rate - mean_);
  max_ = std::max(max_, rate);
}

ThreadRate RateMeter::rate() const {
  return {.mean = mean_, .stdev = count_ > 1 ? std::sqrt(squares_ / (count_ - 1)) : 0, .max = max_};
}

CpuReading CpuReading::take() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto in_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {in_seconds(usage.ru_utime), in_seconds(usage.ru_stime), monotonic_now()};
}

Worker::Worker(const Offer& offer, const Share& share, Conduct& conduct, std::unique_ptr<EventLoop> loop)
    : offer_(offer),
      share_(share),
      conduct_(conduct),
      loop_(std::move(loop)),
      recorder_(offer.window),
      buffer_(kBufferBytes),
      requests_left_(share.requests),
      opener_(*this) {
  for (unsigned i = 0; i < share.connections; ++i)
    connections_.emplace_back(*this, share.requests_per_connection);
}

Result<Worker::Report> Worker::run(const Offer& offer, const Share& share, Conduct& conduct) {
  if (share.cpu) pin_this_thread(*share.cpu);  // check_cpus() has tried it
  auto loop = EventLoop::create();
  if (!loop) {
    conduct.cut = 0;
    conduct.series.thread_done(share.thread);
    return std::unexpected(loop.error());
  }
  // On the heap: a worker and its buffers are too much for a small thread stack.
  const std::unique_ptr<Worker> worker(new Worker(offer, share, conduct, std::move(*loop)));
  return worker->run_to_end();
}

Worker::Report Worker::run_to_end() {
  loop_->refresh_now();
  loop_->arm(opener_, now());
  loop_->arm(*this, now());
  while (retired_ < connections_.size()) loop_->run_once(kNever);
  loop_->refresh_now();
  if (!window_ended_) end_window();
  hand_over_slice(std::min(now(), recorder_.window().end));
  conduct_.series.thread_done(share_.thread);
  return {std::move(recorder_), rate_.rate(), cpu_begin_, cpu_end_, first_connect_, now()};
}

void Worker::Opener::on_timer() {
  constexpr std::size_t kAtOnce = 64;
  auto& connections = worker_.connections_;
  const std::size_t until = std::min(opened_ + kAtOnce, connections.size());
  worker_.loop().refresh_now();
  for (; opened_ < until; ++opened_) connections[opened_].start();
  if (opened_ < connections.size()) worker_.loop().arm(*this, worker_.now());
}

bool Worker::claim_request() {
  if (requests_left_ == 0 || !may_send()) return false;
  if (requests_left_ != Share::kUnlimited) --requests_left_;
  return true;
}

std::expected<Socket, int> Worker::connect_socket() {
  first_connect_ = std::min(first_connect_, now());
  return Socket::connect(offer_.target);
}

std::size_t Worker::take_memory(std::size_t bytes) {
  const std::size_t taken = std::min(bytes, memory_left_);
  memory_left_ -= taken;
  return taken;
}

void Worker::on_timer() {
  if (!window_begun_ && now() >= recorder_.window().begin) {
    window_begun_ = true;
    cpu_begin_ = CpuReading::take();
    rate_.start(now());
  }
  if (const Nanoseconds cut = conduct_.cut.load(std::memory_order_relaxed); cut < recorder_.window().end) {
    recorder_.cut_window(std::max(cut, now()));
    give_up_at_ = recorder_.window().end + kDrainWhenCut;
  }
  if (window_begun_) hand_over_slice(std::min(deadline(), recorder_.window().end));
  if (now() >= recorder_.window().end && !window_ended_) {
    end_window();
    for (Connection& connection : connections_) connection.stop_sending();
  }
  if (now() >= give_up_at_) {
    for (Connection& connection : connections_) connection.give_up();
  }
  loop_->arm(*this, next_tick());
}

/// Ticks lie at whole multiples of kTick from the window's begin, and at its ends.
Nanoseconds Worker::next_tick() const {
  const Window& window = recorder_.window();
  if (now() < window.begin) return std::min(now() + kTick, window.begin);
  const Nanoseconds tick = window.begin + ((now() - window.begin) / kTick + 1) * kTick;
  return std::min(tick, window_ended_ ? std::max(give_up_at_, now()) : window.end);
}

void Worker::hand_over_slice(Nanoseconds time) {
  if (!window_ended_) rate_.sample(recorder_.completed_in_window(), now());
  recorder_.take_slice(slice_);
  const Nanoseconds inside = std::max<Nanoseconds>(time - recorder_.window().begin - 1, 0);
  conduct_.series.add(share_.thread, static_cast<std::size_t>(inside / kSecond), slice_);
}

void Worker::end_window() {
  window_ended_ = true;
  cpu_end_ = CpuReading::take();
}

}  // namespace shootout::engine
