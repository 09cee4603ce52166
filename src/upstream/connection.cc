#include "upstream/connection.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "upstream/filler.h"
#include "upstream/server.h"

namespace shootout::upstream {
namespace {

constexpr std::size_t kMaxUnanswered = 1024;
constexpr std::size_t kMaxUnsent = 256 * 1024;
constexpr std::size_t kCopiedFiller = 4096;  // longer bodies are sent from where they lie
constexpr engine::Nanoseconds kLinger = 2 * engine::kSecond;

std::string health_json() {
  return R"({"status": "healthy", "server": "shootout upstream"})";
}

std::string stats_json(const Counters& counters) {
  return fmt::format(
      R"({{"received": {}, "answered": {}, "waiting": {}, "max_waiting": {}, "abandoned": {}}})",
      counters.received(), counters.answered(), counters.waiting(), counters.max_waiting(),
      counters.abandoned());
}

std::string slow_io_json(const SlowIo& asked, engine::Nanoseconds actual_delay) {
  return fmt::format(
      R"({{"request_id": {}, "delay": {}, "actual_delay": {}.{:09}, "server": "shootout upstream"}})",
      asked.request_id, asked.delay_s, actual_delay / engine::kSecond, actual_delay % engine::kSecond);
}

}  // namespace

Connection::~Connection() {
  for (const Unanswered& one : unanswered_) {
    const auto* endpoint = std::get_if<Endpoint>(&one.asked);
    if (endpoint != nullptr && std::holds_alternative<SlowIo>(*endpoint)) server_.counters().abandon();
  }
}

void Connection::on_io(std::uint32_t events) {
  constexpr std::uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & (EPOLLIN | kEnd)) != 0) readable_ = true;
  if ((events & kEnd) != 0) ending_ = true;
  if ((events & EPOLLOUT) != 0 && !all_sent()) send({});
  progress();
}

void Connection::on_timer() {
  if (state_ == State::lingering) state_ = State::gone;
  progress();
}

void Connection::progress() {
  answer();
  while (state_ != State::gone && !full() && (stalled_ || readable_)) {
    take_input();
    answer();
  }
  if (state_ == State::gone) server_.drop(*this);
}

bool Connection::full() const {
  return unanswered_.size() >= kMaxUnanswered || output_.size() + filler_left_ >= kMaxUnsent;
}

void Connection::take_input() {
  std::string_view bytes;
  if (!stalled_) {
    const std::span<char> buffer = server_.input_buffer();
    const auto count = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) return;
    if (count < 0 && errno == EAGAIN) {
      readable_ = false;
      return;
    }
    if (count <= 0) {
      state_ = State::gone;
      return;
    }
    bytes = {buffer.data(), static_cast<std::size_t>(count)};
    // A short read took all there was; what comes later is a new edge, but an end that was told already is
    // not.
    readable_ = ending_ || bytes.size() == buffer.size();
  }
  server_.loop().refresh_now();  // a delay runs from here
  if (input_.empty()) {
    parse(bytes);
    input_ = bytes;
  } else {
    input_ += bytes;
    std::string_view rest = input_;
    parse(rest);
    input_.erase(0, input_.size() - rest.size());
  }
}

void Connection::parse(std::string_view& input) {
  stalled_ = false;
  while (state_ == State::open) {
    if (full() || (echo_ && !unanswered_.empty())) {
      stalled_ = true;
      return;
    }
    if (echo_) return echo(input);
    switch (parser_.parse(input)) {
      case RequestParser::Outcome::incomplete:
        return;
      case RequestParser::Outcome::expects_continue:
        if (input.empty()) unanswered_.push_back({.asked = Continue{}});
        break;
      case RequestParser::Outcome::complete:
        ask(server_.find(parser_.request()), parser_.request());
        break;
      case RequestParser::Outcome::rejected:
        ask(Refusal{parser_.status(), error_json(parser_.reason()), {}},
            {.method = "", .target = "", .close = true});
        break;
    }
  }
  input = {};
}

void Connection::echo(std::string_view& input) {
  std::string& out = server_.answer_buffer();
  out.clear();
  if (!echo_->take(input, out)) state_ = out.empty() ? State::gone : State::last_answer;
  input = {};
  if (!out.empty()) send(out);
}

void Connection::ask(Endpoint endpoint, const Request& request) {
  if (std::holds_alternative<SlowIo>(endpoint)) server_.counters().receive();
  if (request.close) state_ = State::last_answer;
  if (std::holds_alternative<Upgrade>(endpoint)) echo_.emplace();
  unanswered_.push_back({.asked = std::move(endpoint),
                         .received = server_.loop().now(),
                         .head_only = request.method == "HEAD",
                         .close = request.close});
}

void Connection::answer() {
  std::string& out = server_.answer_buffer();
  bool waits = false;
  while (!waits && !unanswered_.empty() && filler_left_ == 0 && state_ != State::gone) {
    out.clear();
    while (!unanswered_.empty() && filler_left_ == 0) {
      waits = !answer_first(out);
      if (waits) break;
      unanswered_.pop_front();
    }
    if (!out.empty()) send(out);
  }
}

bool Connection::answer_first(std::string& out) {
  Unanswered& first = unanswered_.front();
  Answer answer;
  answer.head_only = first.head_only;
  answer.close = first.close;
  if (std::holds_alternative<Continue>(first.asked)) {
    out += "HTTP/1.1 100 Continue\r\n\r\n";
    return true;
  }
  Endpoint& endpoint = std::get<Endpoint>(first.asked);
  if (const auto* upgrade = std::get_if<Upgrade>(&endpoint)) {
    out += websocket_welcome(upgrade->key);
    return true;
  }
  std::string body;
  if (const auto* slow_io = std::get_if<SlowIo>(&endpoint)) {
    const engine::Nanoseconds waited = server_.loop().refresh_now() - first.received;
    if (waited < slow_io->delay) {
      server_.loop().arm(*this, first.received + slow_io->delay);
      return false;
    }
    server_.counters().answer();
    body = slow_io_json(*slow_io, waited);
  } else if (const auto* filler = std::get_if<Filler>(&endpoint)) {
    answer_with_filler(*filler, answer, out);
    return true;
  } else if (auto* refusal = std::get_if<Refusal>(&endpoint)) {
    answer.status = refusal->status;
    answer.allow = refusal->allow;
    body = std::move(refusal->body);
  } else if (std::holds_alternative<Health>(endpoint)) {
    body = health_json();
  } else {
    if (std::holds_alternative<StatsReset>(endpoint)) server_.counters().reset_peak();
    body = stats_json(server_.counters());
  }
  answer.body = body;
  server_.writer().append(out, answer);
  return true;
}

void Connection::answer_with_filler(const Filler& asked, Answer answer, std::string& out) {
  do_work(asked.work);
  answer.content_type = "text/plain";
  if (asked.bytes <= kCopiedFiller) {
    answer.body = filler_text().substr(0, asked.bytes);
  } else {
    answer.body_to_follow = asked.bytes;
    if (!answer.head_only) {
      filler_left_ = asked.bytes;
      filler_sent_ = 0;
    }
  }
  server_.writer().append(out, answer);
}

void Connection::send(std::string_view bytes) {
  const bool queued = !output_.empty();
  if (queued) {
    output_ += bytes;
    bytes = output_;
  }
  std::size_t sent = 0;
  while (sent < bytes.size() || filler_left_ > 0) {
    const auto rest = bytes.substr(sent);
    const auto count = filler_left_ == 0 ? ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL)
                                         : send_with_filler(fd(), rest, filler_sent_, filler_left_);
    if (count >= 0) {
      const auto of_rest = std::min(static_cast<std::size_t>(count), rest.size());
      sent += of_rest;
      filler_sent_ += static_cast<std::size_t>(count) - of_rest;
      filler_left_ -= static_cast<std::size_t>(count) - of_rest;
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      state_ = State::gone;
      return;
    }
  }
  if (queued) {
    output_.erase(0, sent);
  } else {
    output_ = bytes.substr(sent);
  }
  if (all_sent() && state_ == State::last_answer && unanswered_.empty()) {
    ::shutdown(fd(), SHUT_WR);
    state_ = State::lingering;
    server_.loop().arm(*this, server_.loop().now() + kLinger);
  }
}

}  // namespace shootout::upstream
