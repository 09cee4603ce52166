#include "engine/http_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/http_scan.h"
#include "engine/http_syntax.h"

namespace shootout::engine {
namespace {

constexpr int kNoContent = 204, kNotModified = 304;

}  // namespace

struct HttpParser::Rare {
  std::string
      cut_line;  ///< the beginning of a line that was cut, then the whole of it; `name` may point there
  std::string_view name, value;
  std::string failure;
};

HttpParser::HttpParser(bool wants_headers) : wants_headers_(wants_headers) {}
HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

HttpParser::Rare& HttpParser::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

std::string_view HttpParser::name() const {
  return rare_ == nullptr ? std::string_view() : rare_->name;
}

std::string_view HttpParser::value() const {
  return rare_ == nullptr ? std::string_view() : rare_->value;
}

const std::string& HttpParser::failure() const {
  static const std::string kNone;
  return rare_ == nullptr ? kNone : rare_->failure;
}

void HttpParser::begin(bool to_head, bool expects_upgrade) {
  state_ = State::status_line;
  to_head_ = to_head;
  expects_upgrade_ = expects_upgrade;
  cut_ = false;
  line_number_ = 0;
  head_ = {};
  consumed_ = 0;
}

HttpParser::Event HttpParser::fail(std::string_view what) {
  state_ = State::failed;
  rare().failure = fmt::format("{} (at byte {} of the answer)", what, consumed_);
  return Event::failed;
}

void HttpParser::take_known(const KnownHead& known) {
  state_ = known.state_;
  head_ = known.head_;
  line_number_ = known.lines_;
  left_ = known.left_;
  consumed_ = known.size_;
}

void HttpParser::remember(std::string_view head, KnownHead& known) const {
  known.size_ = head.size() <= known.bytes_.size() ? head.copy(known.bytes_.data(), head.size()) : 0;
  known.to_head_ = to_head_;
  known.state_ = state_;
  known.head_ = head_;
  known.lines_ = line_number_;
  known.left_ = left_;
}

HttpParser::Event HttpParser::next(std::string_view& input, KnownHead* known) {
  if (wants_headers_ || expects_upgrade_ || consumed_ > 0 || state_ != State::status_line || cut_)
    known = nullptr;
  if (known != nullptr && known->begins(input, to_head_)) {
    take_known(*known);
    input.remove_prefix(known->size_);
    known = nullptr;
  }
  const std::string_view all = input;
  while (true) {
    switch (state_) {
      case State::complete:
        return Event::complete;
      case State::failed:
        return Event::failed;
      case State::length_body:
        if (left_ == 0) {
          state_ = State::complete;
          return Event::complete;
        }
        return take_body(input, State::length_body);
      case State::chunk_body:
        return take_body(input, State::chunk_end);
      case State::close_body:
        left_ = input.size();
        return take_body(input, State::close_body);
      default:
        break;
    }

    // Everything else is lines: whole in the input and ended by its first control character, or hard.
    if (input.empty()) return Event::more;
    const std::size_t length = value_length(input);
    std::string_view line;
    std::size_t size = length + 2;
    bool clean = true;
    if (!cut_ && size <= input.size() && input[length] == '\r' && input[length + 1] == '\n' &&
        head_.bytes + size <= kLongestHead) {
      line = input.substr(0, length);
      input.remove_prefix(size);
    } else {
      if (const Event event = take_hard_line(input); event != Event::complete) return event;
      size = rare_->cut_line.size();
      line = std::string_view(rare_->cut_line).substr(0, size - 2);
      clean = value_length(line) == line.size();
    }
    head_.bytes += static_cast<std::uint32_t>(size);
    ++line_number_;
    const Event event = on_line(line, clean);
    consumed_ += size;
    if (known != nullptr && state_ > State::headers && state_ != State::failed) {
      remember(all.substr(0, all.size() - input.size()), *known);
      known = nullptr;
    }
    if (event != Event::more) return event;
  }
}

/// A line that is cut by a packet's end, or illegal: `complete` where it is whole in rare_->cut_line.
HttpParser::Event HttpParser::take_hard_line(std::string_view& input) {
  const auto end = input.find('\n');
  const std::size_t before = cut_ ? rare_->cut_line.size() : 0;
  if (before + std::min(end, input.size()) + head_.bytes > kLongestHead) {
    return fail(fmt::format("more than {} KiB of header lines", kLongestHead / 1024));
  }
  std::string& whole = rare().cut_line;
  if (!cut_) whole.clear();
  cut_ = end == std::string_view::npos;
  const std::size_t taken = cut_ ? input.size() : end + 1;
  whole.append(input.substr(0, taken));
  input.remove_prefix(taken);
  if (cut_) return Event::more;
  if (!whole.ends_with("\r\n")) return fail(fmt::format("line {} ends in a bare LF", line_number_ + 1));
  return Event::complete;
}

HttpParser::Event HttpParser::take_body(std::string_view& input, State after) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  if (size == 0) return Event::more;
  body_ = input.substr(0, size);
  input.remove_prefix(size);
  consumed_ += size;
  left_ -= size;
  // A body of known length is complete with its last byte, but its event comes first.
  if (left_ == 0) state_ = after;
  return Event::body;
}

inline HttpParser::Event HttpParser::on_line(std::string_view line, bool clean) {
  switch (state_) {
    case State::status_line:
      return on_status_line(line, clean);
    case State::headers:
      return line.empty() ? on_head_end() : on_header(line, clean);
    case State::chunk_line:
      return on_chunk_line(line, clean);
    case State::chunk_end:
      if (!line.empty()) return fail("a chunk is longer than its size says");
      state_ = State::chunk_line;
      head_.bytes = 0;
      return Event::more;
    default:  // trailers
      if (line.empty()) {
        state_ = State::complete;
        return Event::complete;
      }
      return colon_of(line, clean) != 0 ? Event::more : Event::failed;
  }
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 section 4). The last space may be
// missing where there is no reason: the section lets a recipient take that.
HttpParser::Event HttpParser::on_status_line(std::string_view line, bool clean) {
  const auto wrong = [&] { return fail(fmt::format("no HTTP/1.x status line: '{}'", printable(line))); };
  if (!clean || line.size() < 12 || !line.starts_with("HTTP/1.") || !is_digit(line[7])) return wrong();
  if (line[8] != ' ' || !is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11])) return wrong();
  if (line[9] == '0' || (line.size() > 12 && line[12] != ' ')) return wrong();
  const int status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  head_.status = static_cast<std::uint16_t>(status);
  head_.http_1_0 = line[7] == '0';
  head_.keep_alive = !head_.http_1_0;
  if (status == kSwitchingProtocols) {
    if (!expects_upgrade_) return fail("101 Switching Protocols, which nobody asked for");
    if (head_.http_1_0) return fail("101 Switching Protocols in an HTTP/1.0 answer");
  }
  state_ = State::headers;
  return Event::more;
}

/// field-line = field-name ":" OWS field-value OWS (RFC 9112 section 5): where the ':' is; 0: failed.
inline std::size_t HttpParser::colon_of(std::string_view line, bool clean) {
  const std::size_t colon = token_length(line);
  if (colon != 0 && colon < line.size() && line[colon] == ':' && clean) return colon;
  const auto wrong = [&](std::string_view what) {
    static_cast<void>(fail(fmt::format("line {}: {}: '{}'", line_number_, what, printable(line))));
    return std::size_t{0};
  };
  if (line.starts_with(' ') || line.starts_with('\t')) return wrong("a folded header line");
  if (line.find(':') == std::string_view::npos) return wrong("a header line without ':'");
  if (colon == 0 || line[colon] != ':') return wrong("a header name that is no token");
  return wrong("a control character in a header's value");
}

inline HttpParser::Event HttpParser::on_header(std::string_view line, bool clean) {
  const std::size_t colon = colon_of(line, clean);
  if (colon == 0) return Event::failed;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 1);
  switch (name.size()) {  // spares comparing most names
    case 14:
      if (same_name(name, "content-length") && !note_content_length(trimmed(value))) return Event::failed;
      break;
    case 17:
      if (same_name(name, "transfer-encoding") && !note_transfer_encoding(value)) return Event::failed;
      break;
    case 10:
      if (same_name(name, "connection")) note_connection(value);
      break;
    default:
      break;
  }
  if (!wants_headers_ || (head_.status < 200 && head_.status != kSwitchingProtocols)) return Event::more;
  rare().name = name;
  rare_->value = trimmed(value);
  return Event::header;
}

bool HttpParser::note_content_length(std::string_view value) {
  if (head_.has_length) {
    static_cast<void>(fail(fmt::format("line {}: a second Content-Length", line_number_)));
    return false;
  }
  head_.has_length = true;
  const auto [last, error] = std::from_chars(value.data(), value.data() + value.size(), left_);
  if (error == std::errc() && last == value.data() + value.size()) return true;
  static_cast<void>(
      fail(fmt::format("line {}: the Content-Length '{}' is no length", line_number_, printable(value))));
  return false;
}

// RFC 9112 section 6.1: chunked comes last and once; an HTTP/1.0 answer has no transfer codings.
bool HttpParser::note_transfer_encoding(std::string_view value) {
  std::string_view wrong;
  if (head_.http_1_0) wrong = "Transfer-Encoding in an HTTP/1.0 answer";
  head_.has_coding = true;
  for_each_element(value, [&](std::string_view coding) {
    if (head_.chunked) wrong = "a transfer coding after chunked";
    if (same_name(coding, "chunked")) head_.chunked = true;
  });
  if (wrong.empty()) return true;
  static_cast<void>(fail(fmt::format("line {}: {}", line_number_, wrong)));
  return false;
}

void HttpParser::note_connection(std::string_view value) {
  for_each_element(value, [&](std::string_view option) {
    if (same_name(option, "close")) head_.keep_alive = false;
    if (head_.http_1_0 && same_name(option, "keep-alive")) head_.keep_alive = true;
  });
}

// The length of the body: RFC 9112 section 6.3.
HttpParser::Event HttpParser::on_head_end() {
  if (head_.status == kSwitchingProtocols) {
    head_.keep_alive = false;  // it carries no more HTTP
    state_ = State::complete;
    return Event::complete;
  }
  if (head_.status < 200) {
    head_ = {};
    state_ = State::status_line;
    return Event::more;
  }
  if (head_.has_coding && head_.has_length) return fail("both Content-Length and Transfer-Encoding");
  if (to_head_ || head_.status == kNoContent || head_.status == kNotModified) {
    state_ = State::complete;
    return Event::complete;
  }
  if (head_.chunked) {
    state_ = State::chunk_line;
    head_.bytes = 0;
    return Event::more;
  }
  if (head_.has_length) {
    state_ = State::length_body;
    return Event::more;
  }
  head_.keep_alive = false;
  state_ = State::close_body;
  return Event::more;
}

// chunk = chunk-size [ chunk-ext ] CRLF (RFC 9112 section 7.1); extensions are skipped.
HttpParser::Event HttpParser::on_chunk_line(std::string_view line, bool clean) {
  const auto digits = std::min(line.find_first_of("; \t"), line.size());
  const std::string_view size = line.substr(0, digits);
  const std::string_view extension = trimmed(line.substr(digits));
  const auto [last, error] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
  if (size.empty() || error != std::errc() || last != size.data() + size.size() || !clean ||
      (!extension.empty() && extension.front() != ';')) {
    return fail(fmt::format("no chunk size: '{}'", printable(line)));
  }
  state_ = left_ == 0 ? State::trailers : State::chunk_body;
  return Event::more;
}

HttpParser::Event HttpParser::end_of_input() {
  if (state_ == State::close_body) state_ = State::complete;
  if (state_ == State::complete) return Event::complete;
  if (state_ == State::failed) return Event::failed;
  if (cut_) consumed_ += rare_->cut_line.size();
  switch (state_) {
    case State::status_line:
      return fail("closed in the status line");
    case State::headers:
      return fail("closed in the header");
    case State::length_body:
      return fail(fmt::format("closed with {} bytes of the body to come", left_));
    case State::trailers:
      return fail("closed in the trailers");
    default:
      return fail("closed in a chunked body");
  }
}

}  // namespace shootout::engine
