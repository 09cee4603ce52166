#include "engine/http_connection.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "engine/worker.h"

namespace shootout::engine {
namespace {

constexpr std::uint32_t kEndOfStream = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/// What of a request is still to be sent, after its first `sent` bytes.
std::span<const iovec> rest_of(const WireRequest& request, std::size_t sent, std::array<iovec, 3>& into) {
  std::size_t count = 0;
  for (const std::string_view piece : request.pieces) {
    const std::size_t skipped = std::min(sent, piece.size());
    sent -= skipped;
    if (skipped == piece.size()) continue;
    into[count++] = {const_cast<char*>(piece.data() + skipped), piece.size() - skipped};
  }
  return std::span(into).first(count);
}

}  // namespace

HttpConnection::HttpConnection(Worker& worker, std::uint64_t budget)
    : Connection(worker, budget), parser_(worker.offer().checks.wants_headers()) {
  if (!worker.offer().checks.empty())
    check_ = std::make_unique<AnswerCheck>(worker.offer().checks, worker.check_memory());
}

Timing HttpConnection::timing() const {
  return {.planned = job_.planned, .sent = sent_at_, .first_byte = first_byte_at_, .done = worker().now()};
}

bool HttpConnection::busy() const {
  // A closed loop's request is planned when it can be sent.
  return under_way() || (request_ == Request::waiting && worker().is_open_loop());
}

void HttpConnection::tell_waiting() const {
  if (under_way()) worker().recorder().waits_at_end(job_.planned);
}

void HttpConnection::abandon() {
  if (under_way()) {
    worker().recorder().unanswered(timing());
  } else if (busy()) {
    worker().recorder().never_sent(job_.planned, worker().now());
  }
  request_ = Request::none;
}

Nanoseconds HttpConnection::patience() const {
  return under_way() ? sent_at_ + worker().offer().timeout : kNever;
}

// ---- opening
// ------------------------------------------------------------------------------------------------

void HttpConnection::on_open(std::uint32_t events, int error) {
  if (request_ == Request::none) {  // an open loop opens before it has anything to send
    if (error != 0 || (events & kEndOfStream) != 0) {
      close();
    } else if ((events & EPOLLIN) != 0) {
      on_idle_event(events);
    }
    return go_on();
  }
  if (request_ == Request::waiting) {
    if (!worker().may_send(job_)) return stop_sending();
    if (!worker().is_open_loop()) job_.planned = worker().now();
    count_as_sent();
  }
  worker().loop().arm(*this, sent_at_ + worker().offer().timeout);
  if (error != 0) return broken(error);
  if ((events & (EPOLLIN | kEndOfStream)) != 0) {
    // What comes before the request is sent answers nothing.
    forget_answer();
    const Transfer early = stream_.receive(worker().buffer());
    if (early.status == Transfer::Status::moved) {
      worker().recorder().bytes_received(early.bytes, worker().now());
      set_piece(std::string_view(worker().buffer().data(), early.bytes));
      return fail(ErrorClass::protocol, fmt::format("{} bytes before any request", early.bytes));
    }
    if (early.status == Transfer::Status::closed) return broken(0);
    if (early.status == Transfer::Status::failed) return broken(early.error);
  }
  send_request();
}

void HttpConnection::on_open_failed(ErrorClass error) {
  Job overdue;
  if (under_way()) {
    // The timeout runs from the first send, over the second try.
    const bool too_late = worker().now() >= patience();
    worker().recorder().failed(timing(), too_late ? ErrorClass::timeout : error);
  } else if (request_ == Request::waiting) {
    worker().recorder().refused(worker().is_open_loop() ? job_.planned : worker().now(), worker().now(),
                                error);
  } else if (worker().next_job(overdue) == Worker::Next::job) {
    worker().recorder().refused(overdue.planned, worker().now(), error);
  }
  request_ = Request::none;
}

// ---- a request and its answer
// -------------------------------------------------------------------------------

void HttpConnection::begin(const Job& job) {
  job_ = job;
  if (server_closed_idle_) worker().recorder().closed_by_server_idle(worker().now());
  server_closed_idle_ = false;
  if (state() != State::open) {
    request_ = Request::waiting;
    return connect();
  }
  count_as_sent();
  worker().loop().arm(*this, sent_at_ + worker().offer().timeout);
  send_request();
}

void HttpConnection::count_as_sent() {
  sent_at_ = worker().now();
  request_ = Request::sent;
  worker().recorder().sent(job_.planned, sent_at_);
}

void HttpConnection::send_request() {
  whole_ = all_sent_ = false;
  first_byte_at_ = 0;
  sent_bytes_ = 0;
  send_error_ = 0;
  forget_answer();
  if (check_) check_->begin(job_.ticket);
  const WireRequest& request = worker().requests().make(job_.ticket);
  asks_close_ = request.asks_close;
  parser_.begin(request.is_head);
  if (!transmit(request)) receive(true);
}

/// Sends what the socket takes; false where it failed. The server may have answered before it closed, so
/// reading decides what becomes of the request.
bool HttpConnection::transmit(const WireRequest& request) {
  std::array<iovec, 3> pieces;
  while (sent_bytes_ < request.size) {
    const Transfer sent = stream_.send(rest_of(request, sent_bytes_, pieces));
    if (sent.status == Transfer::Status::would_block) return true;
    if (sent.status != Transfer::Status::moved) {
      send_error_ = sent.status == Transfer::Status::closed ? EPIPE : sent.error;
      return false;
    }
    sent_bytes_ += sent.bytes;
    worker().recorder().bytes_sent(sent.bytes, worker().now());
  }
  all_sent_ = true;
  return true;
}

void HttpConnection::on_ready(std::uint32_t events) {
  if (!under_way()) return on_idle_event(events);
  bool ending = (events & kEndOfStream) != 0;
  if ((events & EPOLLOUT) != 0 && !all_sent_ && send_error_ == 0) {
    ending = !transmit(worker().requests().make(job_.ticket)) || ending;
  }
  if (ending || (events & EPOLLIN) != 0) receive(ending);
}

/// Nothing was asked for: the server closes the idle connection, or says what nobody asked for.
void HttpConnection::on_idle_event(std::uint32_t events) {
  if ((events & (EPOLLIN | kEndOfStream)) == 0) return;
  const Transfer received = stream_.receive(worker().buffer());
  if (received.status == Transfer::Status::would_block) return;
  const std::string_view said(worker().buffer().data(),
                              received.status == Transfer::Status::moved ? received.bytes : 0);
  // Some servers say 408 when they close a connection that was idle too long (RFC 9110 section 15.5.9).
  if (said.empty() || said.starts_with("HTTP/1.1 408")) {
    worker().recorder().closed_by_server_idle(worker().now());
  } else {
    worker().recorder().stray_answer();
  }
  if (is_parked()) return park_closed();
  close();
}

/// Reads until the socket is empty: up to a short read, unless the connection is `ending` and its end is
/// wanted too.
void HttpConnection::receive(bool ending) {
  const std::span<char> buffer = worker().buffer();
  while (true) {
    const Transfer received = stream_.receive(buffer);
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
    const bool drained = !received.more && !ending;
    worker().recorder().bytes_received(received.bytes, worker().now());
    const std::string_view bytes(buffer.data(), received.bytes);
    if (!take_in(bytes)) return;
    if (whole_ && drained) return complete(false);
    if (whole_) continue;
    remember(bytes);
    if (drained) return;
    worker().loop().refresh_now();  // a long answer: many reads in one batch of events
  }
}

/// Bytes of the answer; false where they were illegal and the request has failed.
bool HttpConnection::take_in(std::string_view bytes) {
  if (first_byte_at_ == 0) first_byte_at_ = worker().now();
  set_piece(bytes);
  while (!whole_) {
    switch (parser_.next(bytes, &worker().known_head())) {
      case HttpParser::Event::more:
        return true;
      case HttpParser::Event::header:
        if (check_) check_->on_header(parser_.name(), parser_.value());
        break;
      case HttpParser::Event::body:
        if (check_) check_->on_body(parser_.body());
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
void HttpConnection::complete(bool ended) {
  const int status = parser_.status();
  Recorder& recorder = worker().recorder();
  const Timing times = timing();
  request_ = Request::none;
  served_ = true;
  if (!worker().offer().accepts(status)) {
    recorder.answered_wrongly(times, status, ErrorClass::status);
    if (recorder.wants_offence(ErrorClass::status)) {
      keep_offence(ErrorClass::status, fmt::format("the status {} is not accepted", status));
    }
  } else if (const auto why = check_ ? check_->broken() : std::nullopt) {
    recorder.answered_wrongly(times, status, ErrorClass::check);
    keep_offence(ErrorClass::check, *why);
  } else {
    recorder.answered(times, status);
  }
  const bool may_be_kept = parser_.keep_alive() && !asks_close_;
  server_closed_idle_ = ended && may_be_kept;
  if (ended || !may_be_kept || !all_sent_) close();
  go_on();
}

/// The connection ended before the answer did: by the server's close (0) or by an error.
void HttpConnection::broken(int error) {
  if (error == 0 && first_byte_at_ != 0 && parser_.end_of_input() == HttpParser::Event::complete) {
    whole_ = true;
    return complete(true);
  }
  const bool gone = error == 0 || error == ECONNRESET || error == EPIPE;
  if (gone && first_byte_at_ == 0 && served_ && request_ != Request::again) return retry();
  if (error == 0) {
    return fail(ErrorClass::closed, first_byte_at_ == 0 ? "closed without an answer" : parser_.failure());
  }
  const std::string where = first_byte_at_ == 0 ? "before the answer" : "in the answer";
  if (error == EPROTO && stream_.tls() != nullptr) {
    return fail(ErrorClass::tls, fmt::format("{} {}", stream_.tls()->failure(), where));
  }
  const std::string what = fmt::format("{} {}", std::strerror(error), where);
  if (gone) return fail(ErrorClass::reset, what);
  fail(send_error_ != 0 ? ErrorClass::write : ErrorClass::read, what);
}

/// The server closed the idle connection just when the request went out: it goes out once more, and its
/// latency still runs from the first time.
void HttpConnection::retry() {
  worker().recorder().closed_by_server_idle(worker().now());
  request_ = Request::again;
  close();
  connect();
}

void HttpConnection::fail(ErrorClass error, std::string_view what) {
  worker().recorder().failed(timing(), error);
  keep_offence(error, what);
  request_ = Request::none;
  close();
  go_on();
}

/// An answer more than was asked for has been taken for the answer to the request after it, and so on; then
/// one is left in the end.
void HttpConnection::on_farewell() {
  if (stream_.receive(worker().buffer()).status == Transfer::Status::moved)
    worker().recorder().stray_answer();
}

void HttpConnection::on_deadline() {
  if (under_way())
    fail(ErrorClass::timeout, first_byte_at_ == 0 ? "no answer in time" : "no whole answer in time");
}

}  // namespace shootout::engine
