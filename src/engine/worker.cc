#include "engine/worker.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include "engine/http_connection.h"
#include "engine/websocket_connection.h"

namespace shootout::engine {
namespace {

/// While the threads of an open loop wait for each other they look so often; the load then begins a little
/// later, when all have seen it.
constexpr Nanoseconds kLookForBegin = kMillisecond, kLeadIn = 5 * kMillisecond;
/// A level that rises or falls is followed in steps of this.
constexpr Nanoseconds kLevelStep = 10 * kMillisecond;
/// Connections are opened a few at a time, so that the first ones' answers are not kept waiting.
constexpr std::size_t kOpenedAtOnce = 64;

std::vector<Stage> rates_of(const LoadPlan& plan) {
  if (plan.stages_are_rates) return plan.stages;
  return {{.from = *plan.rate, .to = *plan.rate, .duration_s = *plan.duration_s}};
}

/// How long this thread has been runnable without a core (Documentation/scheduler/sched-stats.rst).
std::optional<Nanoseconds> waited_for_cpu() {
  std::ifstream file("/proc/thread-self/schedstat");
  Nanoseconds ran = 0, waited = 0;
  if (!(file >> ran >> waited)) return std::nullopt;
  return waited;
}

/// The stages behind the settling, which lasts at the first level.
Level with_settling(std::vector<Stage> stages, const LoadPlan& plan, Nanoseconds window_begin) {
  if (plan.settle_s > 0) {
    const double level = stages.front().from;
    stages.insert(stages.begin(), {.from = level, .to = level, .duration_s = plan.settle_s});
  }
  return {stages, window_begin - from_seconds(plan.settle_s)};
}

}  // namespace

Worker::Worker(const Offer& offer, const Share& share, Conduct& conduct, std::unique_ptr<Net> net)
    : offer_(offer),
      share_(share),
      conduct_(conduct),
      loop_(std::move(net)),
      recorder_({.begin = kNever, .end = kNever}, offer.plan.stages),
      requests_(offer.requests),
      buffer_(kBufferBytes),
      mask_keys_(offer.plan.seed + share.thread),
      next_ticket_(share.thread),
      next_number_(share.thread),
      requests_left_(share.requests) {
  connections_.reserve(share.connections);
  for (unsigned i = 0; i < share.connections; ++i) {
    if (offer.url.websocket) {
      connections_.push_back(std::make_unique<WebSocketConnection>(*this, share.requests_per_connection));
    } else {
      connections_.push_back(std::make_unique<HttpConnection>(*this, share.requests_per_connection));
    }
  }
}

Worker::Report Worker::run(const Offer& offer, const Share& share, Conduct& conduct,
                           std::unique_ptr<Net> net) {
  // On the heap: a worker and its buffers are too much for a small thread stack.
  const std::unique_ptr<Worker> worker(new Worker(offer, share, conduct, std::move(net)));
  return worker->run_to_end();
}

Worker::Report Worker::run_to_end() {
  begun_ = next_opening_ = loop_.refresh_now();
  if (const double pace = offer_.plan.opened_per_second; pace > 0) {
    next_opening_ += from_seconds(static_cast<double>(share_.thread) / pace);
  }
  wanted_ = connections_.size();
  if (const Nanoseconds begin = conduct_.begin; begin != kNever) begin_window(begin);
  loop_.arm(opener_, now());
  loop_.arm(ticker_, now());
  while (retired_ < connections_.size()) loop_.run_once(kNever);
  loop_.refresh_now();
  if (!window_ended_) end_window();
  give_up();
  hand_over_slice(std::min(now(), recorder_.window().end));
  conduct_.series.thread_done(share_.thread);
  return {std::move(recorder_),  rate_.rate(),   cpu_begin_, cpu_end_,
          tls_memory_.summary(), first_connect_, now()};
}

// ---- time
// ---------------------------------------------------------------------------------------------------

/// The window is known now, and with it what is planned when.
void Worker::begin_window(Nanoseconds begin) {
  const LoadPlan& plan = offer_.plan;
  const auto length = plan.window_s();
  recorder_.set_window({.begin = begin, .end = length ? begin + from_seconds(*length) : kNever});
  if (plan.is_open_loop()) {
    schedule_.emplace(with_settling(rates_of(plan), plan, begin), plan.arrivals, plan.seed, share_.thread,
                      offer_.threads);
    loop_.meet_timers_exactly();
    loop_.arm(pacer_, schedule_->next());
  } else if (!plan.stages.empty()) {
    level_.emplace(with_settling(plan.stages, plan, begin));
    set_level();
  }
}

void Worker::tick() {
  if (recorder_.window().begin == kNever) {
    if (const Nanoseconds begin = conduct_.begin; begin != kNever) begin_window(begin);
  }
  if (!window_begun_ && now() >= recorder_.window().begin) {
    window_begun_ = true;
    cpu_begin_ = read_cpu();
    rate_.start(now(), recorder_.window().end - now());
  }
  if (const Nanoseconds cut = conduct_.cut.load(std::memory_order_relaxed); cut < recorder_.window().end) {
    recorder_.cut_window(std::max(cut, now()));
    if (schedule_) schedule_->cut(recorder_.window().end);
    give_up_at_ = recorder_.window().end + kDrainWhenCut;
  }
  if (window_begun_) hand_over_slice(std::min(ticker_.deadline(), recorder_.window().end));
  if (now() >= recorder_.window().end && !window_ended_) end_window();
  if (now() >= give_up_at_) give_up();
  loop_.arm(ticker_, next_tick());
}

/// Ticks part each interval of the series evenly, from the window's begin on, and lie at its ends: what is
/// handed over at a tick then lies in one interval.
Nanoseconds Worker::next_tick() const {
  const Window& window = recorder_.window();
  if (window.begin == kNever) return std::min(now() + kLookForBegin, window.end);
  if (now() < window.begin) return std::min(now() + kTick, window.begin);
  const Nanoseconds interval = conduct_.series.interval(), parts = (interval + kTick - 1) / kTick;
  const Nanoseconds inside = (now() - window.begin) % interval;
  const Nanoseconds next = ((inside * parts / interval + 1) * interval + parts - 1) / parts;
  const Nanoseconds tick = now() - inside + next;
  return std::min(tick, window_ended_ ? std::max(give_up_at_, now()) : window.end);
}

void Worker::hand_over_slice(Nanoseconds time) {
  if (!window_ended_) rate_.sample(recorder_.completed_in_window(), now());
  recorder_.take_slice(slice_);
  conduct_.series.add(share_.thread, time - recorder_.window().begin, slice_, recorder_.connections_open());
}

/// Nothing more is begun. An open loop still sends what was planned inside the window and has not found a
/// connection yet.
void Worker::end_window() {
  window_ended_ = true;
  cpu_end_ = read_cpu();
  const bool all_sent = !schedule_ || schedule_->next() == kNever;
  if (is_open_loop()) give_up_at_ = std::min(give_up_at_, recorder_.window().end + offer_.timeout);
  for (const auto& connection : connections_) {
    connection->tell_waiting();
    if (!is_open_loop() || (all_sent && connection->is_parked()) || !schedule_) connection->stop_sending();
  }
}

void Worker::give_up() {
  for (const auto& connection : connections_) connection->give_up();
  if (!schedule_) return;
  for (; schedule_->next() != kNever; schedule_->advance()) recorder_.never_sent(schedule_->next(), now());
}

CpuReading Worker::read_cpu() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto in_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {in_seconds(usage.ru_utime), in_seconds(usage.ru_stime), loop_.net().now(), loop_.spun(),
          waited_for_cpu()};
}

// ---- connections
// --------------------------------------------------------------------------------------------

void Worker::open_more() {
  const double pace = offer_.plan.opened_per_second;
  const auto interval = pace > 0 ? from_seconds(static_cast<double>(offer_.threads) / pace) : 0;
  loop_.refresh_now();
  for (std::size_t i = 0; i < kOpenedAtOnce && started_ < wanted_ && next_opening_ <= now(); ++i) {
    next_opening_ += interval;
    connections_[started_++]->start();
  }
  if (started_ < wanted_) loop_.arm(opener_, std::max(next_opening_, now()));
}

/// This thread's part of connections that are dealt out to all in turn.
std::size_t Worker::own_part(double level) const {
  const auto all = static_cast<std::size_t>(std::llround(level));
  const std::size_t own = (all + offer_.threads - 1 - share_.thread) / offer_.threads;
  return std::min(own, connections_.size());
}

void Worker::set_level() {
  wanted_ = own_part(level_->at(now()));
  while (started_ > wanted_) connections_[--started_]->rest();
  if (started_ < wanted_) {
    next_opening_ = std::max(next_opening_, now());
    loop_.arm(opener_, next_opening_);
  }
  if (const Nanoseconds next = level_->next_change(now(), kLevelStep); next != kNever) {
    loop_.arm(leveller_, next);
  }
}

std::expected<Stream, int> Worker::connect_stream() {
  first_connect_ = std::min(first_connect_, now());
  const Address* source = nullptr;
  if (!offer_.sources.empty()) source = &offer_.sources[next_source_++ % offer_.sources.size()];
  return Stream::connect(loop_.net(), offer_.target, source);
}

/// Open loop: when all connections of all threads have been tried, the load begins.
void Worker::connection_settled() {
  if (++settled_ < connections_.size() || !is_open_loop()) return;
  if (--conduct_.still_opening > 0) return;
  conduct_.begin = now() + kLeadIn + from_seconds(offer_.plan.settle_s);
}

std::size_t Worker::take_memory(std::size_t bytes) {
  const std::size_t taken = std::min(bytes, memory_left_);
  memory_left_ -= taken;
  return taken;
}

// ---- jobs
// ---------------------------------------------------------------------------------------------------

Worker::Next Worker::next_job(Job& job) {
  if (is_open_loop()) {
    if (!schedule_) return window_ended_ ? Next::over : Next::wait;
    if (schedule_->next() == kNever) return Next::over;
    if (schedule_->next() > now()) return Next::wait;
    job = take_planned();
    recorder_.late(job.planned, 0);
  } else {
    if (requests_left_ == 0 || now() >= recorder_.window().end) return Next::over;
    if (requests_left_ != Share::kUnlimited) --requests_left_;
    job = {next_ticket(), now()};
  }
  return Next::job;
}

Job Worker::take_planned() {
  const Job job{next_ticket(), schedule_->next()};
  schedule_->advance();
  return job;
}

void Worker::park(Connection& connection) {
  parked_.push(connection);
  if (schedule_ && !pacer_.armed()) loop_.arm(pacer_, schedule_->next());
}

/// What is due goes out on the connections that wait; where none does, the next one that is free takes it.
void Worker::send_planned() {
  while (schedule_->next() <= loop_.refresh_now()) {
    Connection* const connection = parked_.pop();
    if (connection == nullptr) return;
    const Job job = take_planned();
    recorder_.late(job.planned, now() - job.planned);
    connection->take_job(job);
  }
  if (schedule_->next() != kNever) loop_.arm(pacer_, schedule_->next());
}

}  // namespace shootout::engine
