#include "engine/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/worker.h"

namespace shootout::engine {
namespace {

/// After the first failure to open, and at most: doubled each time. In an open loop the planned requests set
/// the pace, and each shall have its own error.
constexpr Nanoseconds kShortestBackOff = 10 * kMillisecond, kLongestBackOff = 100 * kMillisecond;
constexpr Nanoseconds kOpenLoopBackOff = kMillisecond;

constexpr std::uint32_t kEnding = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

Nanoseconds back_off_after(std::uint8_t failures, bool open_loop) {
  if (open_loop) return kOpenLoopBackOff;
  constexpr std::uint8_t kDoublings = 4;  // more are longer than the longest
  return std::min(kShortestBackOff << std::min(failures, kDoublings), kLongestBackOff);
}

}  // namespace

// ---- what the worker asks
// -----------------------------------------------------------------------------------

void Connection::start() {
  wanted_ = was_wanted_ = true;
  if (state_ != State::resting) return;
  state_ = State::idle;
  if (worker_.is_open_loop()) return connect();
  go_on();
}

void Connection::rest() {
  wanted_ = false;
  if (busy() || state_ == State::retired) return;
  close();
  worker_.loop().disarm(*this);  // it may be backing off
  state_ = State::resting;
}

void Connection::stop_sending() {
  parked_ = false;
  if (!busy()) retire();
}

void Connection::give_up() {
  if (state_ == State::retired) return;
  abandon();
  retire();
}

void Connection::take_job(const Job& job) {
  parked_ = false;
  begin(job);
}

void Connection::retire() {
  if (state_ == State::retired) return;
  if (state_ == State::open) on_farewell();
  close();
  worker_.loop().disarm(*this);
  forget_answer();
  parked_ = false;
  state_ = State::retired;
  if (was_wanted_ && !was_open_) worker_.recorder().never_opened();
  settle();
  worker_.connection_retired();
}

/// Tells once that the first attempt to open has ended.
void Connection::settle() {
  if (settled_) return;
  settled_ = true;
  worker_.connection_settled();
}

// ---- which job next
// -----------------------------------------------------------------------------------------

void Connection::go_on() {
  if (!wanted_) return rest();
  Job job;
  switch (budget_ == 0 ? Worker::Next::over : worker_.next_job(job)) {
    case Worker::Next::job:
      --budget_;
      return begin(job);
    case Worker::Next::wait:
      return park();
    case Worker::Next::over:
      if (!busy()) retire();
      return;
  }
}

void Connection::park() {
  parked_ = true;
  worker_.park(*this);
}

void Connection::park_closed() {
  close();
  park();
}

// ---- opening
// ------------------------------------------------------------------------------------------------

void Connection::connect() {
  auto stream = worker_.connect_stream();
  if (!stream)
    return open_failed(ErrorClass::connect, fmt::format("connect: {}", std::strerror(stream.error())));
  stream_ = std::move(*stream);
  state_ = State::connecting;
  if (auto watched = worker_.loop().watch(stream_.fd(), *this); !watched) {
    return open_failed(ErrorClass::connect, watched.error().what);
  }
  worker_.loop().arm(*this, std::min(worker_.now() + worker_.offer().connect_timeout, patience()));
}

void Connection::on_io(std::uint32_t events) {
  worker_.tell_time();
  if (TlsSession* const tls = stream_.tls(); tls != nullptr && (events & (EPOLLIN | kEnding)) != 0) {
    tls->socket_readable((events & kEnding) != 0);
  }
  switch (state_) {
    case State::open:
      return on_ready(events);
    case State::connecting:
      return on_connect(events);
    case State::securing:
      return go_on_securing(events);
    default:
      return;
  }
}

void Connection::on_connect(std::uint32_t events) {
  const int error = (events & (EPOLLERR | EPOLLHUP)) != 0 ? stream_.take_error() : 0;
  // A connection that is refused says so; one that is reset was made before.
  if (error != 0 && error != ECONNRESET && error != EPIPE) {
    return open_failed(ErrorClass::connect, fmt::format("connect: {}", std::strerror(error)));
  }
  if (error == 0 && (events & EPOLLOUT) == 0) return;
  if (worker_.offer().tls == nullptr) return opened(events, error);
  if (error != 0) return open_failed(ErrorClass::tls, fmt::format("TLS: {}", std::strerror(error)));
  stream_.start_tls(*worker_.offer().tls, worker_.tls_memory());
  state_ = State::securing;
  go_on_securing(events);
}

void Connection::go_on_securing(std::uint32_t events) {
  switch (stream_.tls()->handshake()) {
    case TlsSession::Step::waiting:
      return;
    case TlsSession::Step::failed:
      return open_failed(ErrorClass::tls, stream_.tls()->failure());
    case TlsSession::Step::done:
      return opened(events, 0);
  }
}

void Connection::opened(std::uint32_t events, int error) {
  worker_.loop().disarm(*this);
  worker_.recorder().opened(worker_.now(), !was_open_);
  was_open_ = true;
  failures_ = 0;
  served_ = false;
  state_ = State::open;
  settle();
  on_open(events, error);
}

void Connection::open_failed(ErrorClass error, std::string_view what) {
  keep_offence(error, what);
  close();
  worker_.loop().disarm(*this);
  settle();
  if (state_ == State::retired) return;
  state_ = State::backing_off;
  worker_.loop().arm(*this, worker_.now() + back_off_after(failures_, worker_.is_open_loop()));
  failures_ = static_cast<std::uint8_t>(std::min(failures_ + 1, 100));
  on_open_failed(error);
}

void Connection::on_timer() {
  switch (state_) {
    case State::backing_off:
      state_ = State::idle;
      return go_on();
    case State::connecting:
      return open_failed(ErrorClass::connect, fmt::format("connect: {}", std::strerror(ETIMEDOUT)));
    case State::securing:
      return open_failed(ErrorClass::tls, "TLS: no end of the handshake in time");
    case State::open:
      return on_deadline();
    default:
      return;
  }
}

void Connection::close() {
  if (!stream_.is_open()) return;
  if (state_ == State::open) worker_.recorder().closed(served_);
  worker_.loop().forget(stream_.fd(), *this);
  worker_.loop().disarm(*this);
  stream_.close();
  if (state_ != State::retired) state_ = State::idle;
}

// ---- what is kept of answers
// --------------------------------------------------------------------------------

void Connection::remember(std::string_view bytes) {
  const std::size_t room =
      Worker::kLongestRemembered - std::min(Worker::kLongestRemembered, remembered_.size());
  const std::size_t size = worker_.take_memory(std::min(bytes.size(), room));
  remembered_.append(bytes.substr(0, size));
  piece_ = {};
}

void Connection::forget_answer() {
  piece_ = {};
  if (remembered_.empty()) return;
  worker_.give_memory_back(remembered_.size());
  remembered_ = {};
}

void Connection::keep_offence(ErrorClass error, std::string_view what) {
  if (!worker_.recorder().wants_offence(error)) return;
  std::string answer = remembered_;
  answer.append(piece_.substr(0, Worker::kLongestRemembered - answer.size()));
  worker_.recorder().keep_offence({error, std::string(what), std::move(answer)});
}

}  // namespace shootout::engine
