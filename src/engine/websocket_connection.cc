#include "engine/websocket_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "engine/http_parser.h"
#include "engine/http_syntax.h"
#include "engine/websocket_handshake.h"
#include "engine/worker.h"

namespace shootout::engine {
namespace {

constexpr std::uint32_t kNoMore = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
/// Messages have no status of their own.
constexpr int kNoStatus = 0;

std::string_view protocols_asked_for(const LoadPlan& plan) {
  for (const auto& [name, value] : plan.mix.front().headers) {
    if (same_text(name, "sec-websocket-protocol")) return value;
  }
  return {};
}

}  // namespace

struct WebSocketConnection::Handshake {
  Handshake(std::string_view key, const LoadPlan& plan) : check(key, protocols_asked_for(plan)) {
    parser.begin(false, true);
  }
  HttpParser parser{true};
  HandshakeCheck check;
};

WebSocketConnection::WebSocketConnection(Worker& worker, std::uint64_t budget)
    : Connection(worker, budget), under_way_(worker.offer().plan.websocket.in_flight) {
  if (!worker.offer().checks.empty())
    check_ = std::make_unique<AnswerCheck>(worker.offer().checks, worker.check_memory());
}

WebSocketConnection::~WebSocketConnection() = default;

// ---- opening
// ------------------------------------------------------------------------------------------------

void WebSocketConnection::on_open(std::uint32_t events, int error) {
  unsent_.clear();
  if (error != 0)
    return open_failed(ErrorClass::reset, fmt::format("{} before the handshake", std::strerror(error)));
  const LoadPlan& plan = worker().offer().plan;
  const std::string key = websocket_key(plan.seed, worker().next_number());
  handshake_ = std::make_unique<Handshake>(key, plan);
  // The request without the empty line that ends its head.
  const WireRequest& request = worker().requests().make(waiting_ ? waiting_->ticket : 0);
  for (const std::string_view piece : request.pieces) unsent_ += piece;
  unsent_.resize(unsent_.size() - std::strlen("\r\n"));
  unsent_ += websocket_headers(key);
  unsent_ += "\r\n";
  worker().loop().arm(*this,
                      worker().now() + std::min(worker().offer().connect_timeout, worker().offer().timeout));
  flush();
  if (state() == State::open && (events & (EPOLLIN | kNoMore)) != 0) receive((events & kNoMore) != 0);
}

void WebSocketConnection::on_open_failed(ErrorClass error) {
  handshake_.reset();
  Job overdue;
  if (waiting_) {
    worker().recorder().refused(worker().is_open_loop() ? waiting_->planned : worker().now(), worker().now(),
                                error);
  } else if (worker().is_open_loop() && worker().next_job(overdue) == Worker::Next::job) {
    worker().recorder().refused(overdue.planned, worker().now(), error);
  }
  waiting_.reset();
}

/// False where the handshake has failed. `bytes`: then what came behind it.
bool WebSocketConnection::take_handshake(std::string_view& bytes) {
  HttpParser& parser = handshake_->parser;
  while (true) {
    switch (parser.next(bytes)) {
      case HttpParser::Event::more:
        return true;
      case HttpParser::Event::header:
        handshake_->check.on_header(parser.name(), parser.value());
        continue;
      case HttpParser::Event::failed:
        open_failed(ErrorClass::protocol, fmt::format("the handshake: {}", parser.failure()));
        return false;
      case HttpParser::Event::body:
      case HttpParser::Event::complete:
        break;
    }
    if (const auto why = handshake_->check.broken(parser.status())) {
      open_failed(ErrorClass::protocol, fmt::format("the handshake: {}", *why));
      return false;
    }
    handshake_.reset();
    reader_.begin();
    first_byte_at_ = 0;
    worker().loop().disarm(*this);
    if (waiting_ && worker().may_send(*waiting_)) {
      const Job job{waiting_->ticket, worker().is_open_loop() ? waiting_->planned : worker().now()};
      waiting_.reset();
      send_message(job);
    }
    waiting_.reset();
    fill();
    return state() == State::open;
  }
}

// ---- messages
// -----------------------------------------------------------------------------------------------

void WebSocketConnection::begin(const Job& job) {
  if (!is_talking()) {
    waiting_ = job;
    return connect();
  }
  send_message(job);
  if (!receiving_) flush();
  if (worker().is_open_loop() && is_talking() && count_ < under_way_.size() && !is_parked()) go_on();
}

/// Takes jobs until as many are under way as may be, or there are none.
void WebSocketConnection::fill() {
  for (std::size_t before = under_way_.size(); count_ < under_way_.size() && count_ != before;) {
    before = count_;
    go_on();
    if (!is_talking()) return;
  }
}

void WebSocketConnection::send_message(const Job& job) {
  const Nanoseconds now = worker().now();
  under_way_[(first_ + count_++) % under_way_.size()] = {job, now};
  worker().recorder().sent(job.planned, now);
  if (count_ == 1) set_deadline();
  const WebSocketPlan& plan = worker().offer().plan.websocket;
  append_message(worker().outgoing(), plan.binary ? Opcode::binary : Opcode::text,
                 worker().offer().requests.message(job.ticket, worker().scratch()), plan.fragment,
                 worker().mask_keys());
}

void WebSocketConnection::set_deadline() {
  if (count_ > 0) worker().loop().arm(*this, oldest().sent + worker().offer().timeout);
}

/// What is to be sent goes out in one piece; what the socket does not take waits.
void WebSocketConnection::flush() {
  std::string& outgoing = worker().outgoing();
  if (!unsent_.empty()) {
    unsent_ += outgoing;
    outgoing.clear();
  }
  std::string& bytes = unsent_.empty() ? outgoing : unsent_;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const iovec rest{bytes.data() + done, bytes.size() - done};
    const Transfer sent = stream_.send(std::span(&rest, 1));
    if (sent.status == Transfer::Status::would_block) break;
    if (sent.status != Transfer::Status::moved) {
      outgoing.clear();
      return lost(sent.status == Transfer::Status::closed ? EPIPE : sent.error);
    }
    done += sent.bytes;
    worker().recorder().bytes_sent(sent.bytes, worker().now());
  }
  if (&bytes == &outgoing) {
    unsent_.assign(outgoing, done);
    outgoing.clear();
  } else {
    unsent_.erase(0, done);
  }
}

void WebSocketConnection::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !unsent_.empty()) {
    flush();
    if (state() != State::open) return;
  }
  const bool ending = (events & kNoMore) != 0;
  if (ending || (events & EPOLLIN) != 0) receive(ending);
}

void WebSocketConnection::receive(bool ending) {
  const std::span<char> buffer = worker().buffer();
  receiving_ = true;
  int error = 0;
  bool ended = false;
  while (true) {
    const Transfer received = stream_.receive(buffer);
    if (received.status == Transfer::Status::would_block) break;
    if (received.status != Transfer::Status::moved) {
      ended = true;
      error = received.status == Transfer::Status::failed ? received.error : 0;
      break;
    }
    worker().recorder().bytes_received(received.bytes, worker().now());
    if (!take_in(std::string_view(buffer.data(), received.bytes))) {
      receiving_ = false;
      worker().outgoing().clear();
      return;
    }
    if (!received.more && !ending) break;
    worker().loop().refresh_now();
  }
  receiving_ = false;
  if (ended) {
    worker().outgoing().clear();
    return lost(error);
  }
  flush();
}

/// False where the connection is open no more.
bool WebSocketConnection::take_in(std::string_view bytes) {
  set_piece(bytes);
  if (handshake_ != nullptr) {
    const std::string_view all = bytes;
    if (!take_handshake(bytes)) return false;
    if (handshake_ != nullptr) {
      remember(all);
      return true;
    }
    forget_answer();
    set_piece(bytes);
  }
  return take_messages(bytes);
}

bool WebSocketConnection::take_messages(std::string_view bytes) {
  const std::string_view all = bytes;
  while (true) {
    const WebSocketReader::Event event = reader_.next(bytes);
    switch (event) {
      case WebSocketReader::Event::more:
        if (first_byte_at_ != 0) remember(all);
        return true;
      case WebSocketReader::Event::piece:
      case WebSocketReader::Event::message:
        if (count_ == 0) {
          worker().recorder().stray_answer();
          fail_all(ErrorClass::protocol, "a message that nobody asked for");
          return false;
        }
        if (first_byte_at_ == 0) {
          first_byte_at_ = worker().now();
          size_ = 0;
          alike_ = true;
          if (check_) check_->begin(oldest().job.ticket);
        }
        if (event == WebSocketReader::Event::piece) {
          on_piece(reader_.data());
        } else {
          on_message();
          set_piece(bytes);
          if (!is_talking()) return false;
        }
        continue;
      case WebSocketReader::Event::ping:
        append_frame(worker().outgoing(), Opcode::pong, true, reader_.data(), worker().mask_keys().next());
        continue;
      case WebSocketReader::Event::pong:
        continue;
      case WebSocketReader::Event::close:
        return on_close();
      case WebSocketReader::Event::failed:
        append_close(worker().outgoing(), kProtocolError, worker().mask_keys().next());
        flush();
        if (state() == State::open) fail_all(ErrorClass::protocol, reader_.failure());
        return false;
    }
  }
}

/// What the answer should be: the message.
std::string_view WebSocketConnection::expected() {
  return worker().offer().requests.message(oldest().job.ticket, worker().scratch());
}

void WebSocketConnection::on_piece(std::string_view piece) {
  if (check_) {
    check_->on_body(piece);
  } else if (worker().offer().plan.websocket.echo && alike_) {
    const std::string_view wanted = expected();
    alike_ = size_ <= wanted.size() && wanted.substr(size_, piece.size()) == piece;
  }
  size_ += piece.size();
}

/// What is wrong with the answer that is whole now.
std::optional<std::string> WebSocketConnection::wrong() {
  if (check_) return check_->broken();
  const WebSocketPlan& plan = worker().offer().plan.websocket;
  if (!plan.echo) return {};
  const std::string_view wanted = expected();
  if (alike_ && size_ == wanted.size() && reader_.is_text() != plan.binary) return {};
  return fmt::format("the answer is no echo: {} of {} bytes, the message was {} of {} bytes",
                     reader_.is_text() ? "text" : "binary", size_, plan.binary ? "binary" : "text",
                     wanted.size());
}

void WebSocketConnection::on_message() {
  const Timing times = timing(oldest());
  Recorder& recorder = worker().recorder();
  served_ = true;
  if (const auto why = wrong()) {
    recorder.answered_wrongly(times, kNoStatus, ErrorClass::check);
    keep_offence(ErrorClass::check, *why);
  } else {
    recorder.answered(times, kNoStatus);
  }
  drop_oldest();
  set_deadline();
  first_byte_at_ = 0;
  forget_answer();
  if (!is_parked()) go_on();
}

Timing WebSocketConnection::timing(const UnderWay& message) const {
  const bool answered = first_byte_at_ != 0 && &message == &under_way_[first_];
  return {.planned = message.job.planned,
          .sent = message.sent,
          .first_byte = answered ? first_byte_at_ : worker().now(),
          .done = worker().now()};
}

void WebSocketConnection::drop_oldest() {
  first_ = (first_ + 1) % under_way_.size();
  --count_;
}

// ---- the end
// ------------------------------------------------------------------------------------------------

/// The server says that it closes; always false.
bool WebSocketConnection::on_close() {
  append_close(worker().outgoing(), reader_.close_code(), worker().mask_keys().next());
  const std::string what =
      reader_.close_code() == kNoCloseCode
          ? "the server closed without a code"
          : fmt::format("the server closed with {} '{}'", reader_.close_code(), printable(reader_.data()));
  flush();
  if (state() != State::open) return false;
  if (count_ > 0) {
    fail_all(ErrorClass::closed, what);
  } else {
    worker().recorder().closed_by_server_idle(worker().now());
    leave();
  }
  return false;
}

/// The socket ended: by the server's close (0) or by an error.
void WebSocketConnection::lost(int error) {
  const bool gone = error == 0 || error == ECONNRESET || error == EPIPE;
  const ErrorClass kind = error == 0 ? ErrorClass::closed : gone ? ErrorClass::reset : ErrorClass::read;
  const std::string what = error == 0 ? "closed without a Close frame" : std::strerror(error);
  if (handshake_ != nullptr) return open_failed(kind, fmt::format("the handshake: {}", what));
  if (count_ > 0) return fail_all(kind, what);
  worker().recorder().closed_by_server_idle(worker().now());
  leave();
}

void WebSocketConnection::fail_all(ErrorClass error, std::string_view what) {
  keep_offence(error, what);
  // Of those that wait behind one whose time is over none is: their connection goes away with it.
  for (ErrorClass kind = error; count_ > 0;
       kind = error == ErrorClass::timeout ? ErrorClass::closed : error) {
    worker().recorder().failed(timing(oldest()), kind);
    drop_oldest();
  }
  first_byte_at_ = 0;
  forget_answer();
  leave();
}

/// Nothing is under way: closes, and begins anew where the load wants that.
void WebSocketConnection::leave() {
  worker().outgoing().clear();
  unsent_.clear();
  if (is_parked()) return park_closed();
  close();
  go_on();
}

void WebSocketConnection::on_deadline() {
  if (handshake_ != nullptr) return open_failed(ErrorClass::connect, "no answer to the handshake in time");
  if (count_ > 0) fail_all(ErrorClass::timeout, "no answer in time");
}

bool WebSocketConnection::busy() const {
  return count_ > 0 || (waiting_ && worker().is_open_loop());
}

void WebSocketConnection::tell_waiting() const {
  for (std::size_t i = 0; i < count_; ++i)
    worker().recorder().waits_at_end(under_way_[(first_ + i) % under_way_.size()].job.planned);
}

void WebSocketConnection::abandon() {
  for (; count_ > 0; drop_oldest()) worker().recorder().unanswered(timing(oldest()));
  if (waiting_ && worker().is_open_loop()) worker().recorder().never_sent(waiting_->planned, worker().now());
  waiting_.reset();
}

void WebSocketConnection::on_farewell() {
  if (handshake_ != nullptr) return;
  append_close(worker().outgoing(), kNormalClosure, worker().mask_keys().next());
  const iovec all{worker().outgoing().data(), worker().outgoing().size()};
  if (unsent_.empty()) static_cast<void>(stream_.send(std::span(&all, 1)));
  worker().outgoing().clear();
}

}  // namespace shootout::engine
