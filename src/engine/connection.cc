#include "engine/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/worker.h"

namespace shootout::engine {
namespace {

constexpr Nanoseconds kShortestBackOff = 10 * kMillisecond;
constexpr Nanoseconds kLongestBackOff = 100 * kMillisecond;
constexpr std::uint32_t kEnding = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

}  // namespace

Connection::Connection(Worker& worker, std::uint64_t own_budget)
    : worker_(worker),
      own_budget_(own_budget),
      back_off_(kShortestBackOff),
      parser_(worker.offer().checks.wants_headers()) {}

// ---- which request next
// -------------------------------------------------------------------------------------

bool Connection::claim_request() {
  if (own_budget_ == 0 || !worker_.claim_request()) return false;
  --own_budget_;
  return true;
}

/// The last request, if there was one, is counted: the next one, or the end.
void Connection::go_on() {
  if (!claim_request()) return retire();
  if (server_closed_idle_) worker_.recorder().closed_by_server_idle(worker_.now());
  server_closed_idle_ = false;
  if (socket_.is_open()) {
    begin_request();
  } else {
    connect();
  }
}

void Connection::stop_sending() {
  if (!in_flight_) retire();
}

void Connection::give_up() {
  if (in_flight_) worker_.recorder().unanswered(sent_at_, worker_.now());
  in_flight_ = false;
  retire();
}

void Connection::retire() {
  if (state_ == State::retired) return;
  close();
  worker_.loop().disarm(*this);  // it may have been backing off, without a socket
  forget_answer();
  state_ = State::retired;
  worker_.connection_retired();
}

// ---- connecting
// ---------------------------------------------------------------------------------------------

void Connection::connect() {
  auto socket = worker_.connect_socket();
  if (!socket) return connect_failed(socket.error());
  socket_ = std::move(*socket);
  if (!worker_.loop().watch(socket_.fd(), *this)) return connect_failed(ENOSPC);
  state_ = State::connecting;
  const Nanoseconds deadline = worker_.now() + worker_.offer().connect_timeout;
  const Nanoseconds request_deadline = in_flight_ ? sent_at_ + worker_.offer().timeout : deadline;
  worker_.loop().arm(*this, std::min(deadline, request_deadline));
}

void Connection::on_connect(std::uint32_t events) {
  const int error = (events & (EPOLLERR | EPOLLHUP)) != 0 ? socket_.take_error() : 0;
  // A connection that is refused says so; one that is reset was made before.
  if (error != 0 && error != ECONNRESET && error != EPIPE) return connect_failed(error);
  if (error == 0 && (events & EPOLLOUT) == 0) return;
  worker_.recorder().opened(worker_.now());
  back_off_ = kShortestBackOff;
  served_ = 0;
  state_ = State::exchanging;
  if (!in_flight_ && !worker_.may_send()) return retire();
  if (!in_flight_) {
    sent_at_ = worker_.now();
    in_flight_ = true;
    retried_ = false;
    worker_.recorder().sent(sent_at_);
  }
  worker_.loop().arm(*this, sent_at_ + worker_.offer().timeout);
  if (error != 0) return broken(error);
  if ((events & (EPOLLIN | kEnding)) != 0) {
    // What comes before the request is sent answers nothing.
    forget_answer();
    const Transfer early = socket_.receive(worker_.buffer());
    if (early.status == Transfer::Status::moved) {
      worker_.recorder().bytes_received(early.bytes, worker_.now());
      piece_ = std::string_view(worker_.buffer().data(), early.bytes);
      return fail(ErrorClass::protocol, fmt::format("{} bytes before any request", early.bytes));
    }
    if (early.status == Transfer::Status::closed) return broken(0);
    if (early.status == Transfer::Status::failed) return broken(early.error);
  }
  send_request();
}

void Connection::connect_failed(int error) {
  const auto what = [error] { return fmt::format("connect: {}", std::strerror(error)); };
  if (in_flight_) return fail(ErrorClass::connect, what());
  close();
  forget_answer();
  worker_.recorder().refused(worker_.now());
  keep_offence(ErrorClass::connect, what());
  if (!claim_request()) return retire();
  state_ = State::backing_off;
  worker_.loop().arm(*this, worker_.now() + back_off_);
  back_off_ = std::min(2 * back_off_, kLongestBackOff);
}

void Connection::close() {
  if (!socket_.is_open()) return;
  if (state_ == State::exchanging && served_ == 0) worker_.recorder().never_served();
  worker_.loop().forget(socket_.fd(), *this);
  worker_.loop().disarm(*this);
  socket_.close();
  state_ = State::idle;
}

// ---- a request and its answer
// -------------------------------------------------------------------------------

void Connection::begin_request() {
  sent_at_ = worker_.now();
  in_flight_ = true;
  retried_ = false;
  worker_.recorder().sent(sent_at_);
  worker_.loop().arm(*this, sent_at_ + worker_.offer().timeout);
  send_request();
}

void Connection::send_request() {
  parser_.begin(worker_.offer().request.is_head);
  whole_ = false;
  first_byte_at_ = 0;
  sent_bytes_ = 0;
  send_error_ = 0;
  forget_answer();
  if (!transmit()) receive(true);
}

/// Sends what the socket takes; false where it failed. The server may have answered before it closed, so
/// reading decides what becomes of the request.
bool Connection::transmit() {
  const std::string_view bytes = worker_.offer().request.bytes;
  while (sent_bytes_ < bytes.size()) {
    const Transfer sent = socket_.send(bytes.substr(sent_bytes_));
    if (sent.status == Transfer::Status::would_block) return true;
    if (sent.status != Transfer::Status::moved) {
      send_error_ = sent.error;
      return false;
    }
    sent_bytes_ += sent.bytes;
    worker_.recorder().bytes_sent(sent.bytes, worker_.now());
  }
  return true;
}

void Connection::on_io(std::uint32_t events) {
  worker_.tell_time();
  if (state_ == State::connecting) return on_connect(events);
  if (state_ != State::exchanging) return;
  bool ending = (events & kEnding) != 0;
  if ((events & EPOLLOUT) != 0 && sent_bytes_ < worker_.offer().request.bytes.size() && send_error_ == 0) {
    ending = !transmit() || ending;
  }
  if (ending || (events & EPOLLIN) != 0) receive(ending);
}

/// Reads until the socket is empty: up to a short read, unless the connection is `ending` and its end is
/// wanted too.
void Connection::receive(bool ending) {
  const std::span<char> buffer = worker_.buffer();
  while (true) {
    const Transfer received = socket_.receive(buffer);
    switch (received.status) {
      case Transfer::Status::would_block:
        if (whole_) return complete(false);
        if (send_error_ != 0) return broken(send_error_);
        return;
      case Transfer::Status::closed:
        return whole_ ? complete(true) : broken(0);
      case Transfer::Status::failed:
        return whole_ ? complete(true) : broken(received.error);
      case Transfer::Status::moved:
        break;
    }
    const bool drained = received.bytes < buffer.size() && !ending;
    worker_.recorder().bytes_received(received.bytes, worker_.now());
    const std::string_view bytes(buffer.data(), received.bytes);
    if (!take_in(bytes)) return;
    if (whole_ && drained) return complete(false);
    remember(bytes);
    if (drained) return;
    worker_.loop().refresh_now();  // a long answer: many reads in one batch of events
  }
}

/// Bytes of the answer; false where they were illegal and the request has failed.
bool Connection::take_in(std::string_view bytes) {
  if (first_byte_at_ == 0) first_byte_at_ = worker_.now();
  piece_ = bytes;
  while (!whole_) {
    switch (parser_.next(bytes)) {
      case HttpParser::Event::more:
        return true;
      case HttpParser::Event::header:
        if (worker_.offer().checks.wants_header(parser_.name())) {
          checked_.headers.emplace_back(parser_.name(), parser_.value());
        }
        break;
      case HttpParser::Event::body:
        if (worker_.offer().checks.wants_body() && checked_.body.size() < CheckList::kLongestBody) {
          checked_.body += parser_.body();
        }
        break;
      case HttpParser::Event::failed:
        fail(ErrorClass::protocol, parser_.failure());
        return false;
      case HttpParser::Event::complete:
        whole_ = true;
        break;
    }
  }
  if (bytes.empty()) return true;
  fail(ErrorClass::protocol, fmt::format("{} bytes after the answer's end", bytes.size()));
  return false;
}

/// The answer is whole; `ended`: and the server has closed the connection.
void Connection::complete(bool ended) {
  const Offer& offer = worker_.offer();
  const Timing timing{.sent = sent_at_, .first_byte = first_byte_at_, .done = worker_.now()};
  const int status = parser_.status();
  Recorder& recorder = worker_.recorder();
  in_flight_ = false;
  ++served_;
  if (!offer.accepts(status)) {
    recorder.answered_wrongly(timing, status, ErrorClass::status);
    if (recorder.wants_offence(ErrorClass::status)) {
      keep_offence(ErrorClass::status, fmt::format("the status {} is not accepted", status));
    }
  } else if (const auto why = offer.checks.empty() ? std::nullopt : offer.checks.broken_by(checked_)) {
    recorder.answered_wrongly(timing, status, ErrorClass::check);
    keep_offence(ErrorClass::check, *why);
  } else {
    recorder.answered(timing, status);
  }
  const bool may_be_kept = parser_.keep_alive() && !offer.request.asks_close;
  server_closed_idle_ = ended && may_be_kept;
  if (ended || !may_be_kept || sent_bytes_ < offer.request.bytes.size()) close();
  go_on();
}

/// The connection ended before the answer did: by the server's close (0) or by an error.
void Connection::broken(int error) {
  if (error == 0 && first_byte_at_ != 0 && parser_.end_of_input() == HttpParser::Event::complete) {
    whole_ = true;
    return complete(true);
  }
  const bool gone = error == 0 || error == ECONNRESET || error == EPIPE;
  if (gone && first_byte_at_ == 0 && served_ > 0 && !retried_) return retry();
  if (error == 0) {
    return fail(ErrorClass::closed, first_byte_at_ == 0 ? "closed without an answer" : parser_.failure());
  }
  const std::string where = first_byte_at_ == 0 ? "before the answer" : "in the answer";
  const std::string what = fmt::format("{} {}", std::strerror(error), where);
  if (gone) return fail(ErrorClass::reset, what);
  fail(send_error_ != 0 ? ErrorClass::write : ErrorClass::read, what);
}

/// The server closed the idle connection just when the request went out: it goes out once more, and its
/// latency still runs from the first time.
void Connection::retry() {
  worker_.recorder().closed_by_server_idle(worker_.now());
  retried_ = true;
  close();
  connect();
}

void Connection::fail(ErrorClass error, std::string_view what) {
  worker_.recorder().failed(sent_at_, worker_.now(), error);
  keep_offence(error, what);
  in_flight_ = false;
  close();
  go_on();
}

void Connection::on_timer() {
  switch (state_) {
    case State::backing_off:
      return connect();
    case State::connecting:
      if (!in_flight_ || worker_.now() < sent_at_ + worker_.offer().timeout) return connect_failed(ETIMEDOUT);
      return fail(ErrorClass::timeout, "no connection to send the request once more");
    case State::exchanging:
      return fail(ErrorClass::timeout, first_byte_at_ == 0 ? "no answer in time" : "no whole answer in time");
    default:
      return;
  }
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
  checked_.clear();
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
