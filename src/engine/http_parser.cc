#include "engine/http_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/http_syntax.h"

namespace shootout::engine {
namespace {

constexpr int kSwitchingProtocols = 101, kNoContent = 204, kNotModified = 304;

/// Calls `use` with each element of a comma-separated list (RFC 9110 section 5.6.1), empty ones left out.
template <class Use>
void for_each_element(std::string_view list, Use use) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (const auto element = trimmed(list.substr(0, comma)); !element.empty()) use(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace

void HttpParser::begin(bool to_head) {
  to_head_ = to_head;
  consumed_ = 0;
  line_number_ = 0;
  partial_.clear();
  begin_head();
}

void HttpParser::begin_head() {
  state_ = State::status_line;
  framing_ = Framing::none;
  keep_alive_ = true;
  http_1_0_ = has_length_ = has_coding_ = chunked_ = false;
  status_ = 0;
  left_ = 0;
  head_bytes_ = 0;
}

HttpParser::Event HttpParser::fail(std::string what) {
  state_ = State::failed;
  failure_ = fmt::format("{} (at byte {} of the answer)", what, consumed_);
  return Event::failed;
}

HttpParser::Event HttpParser::next(std::string_view& input) {
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
        return take_body(input, State::complete);
      case State::chunk_body:
        return take_body(input, State::chunk_end);
      case State::close_body:
        left_ = input.size();
        return take_body(input, State::close_body);
      default:
        break;
    }

    // Everything else is lines.
    const auto end = input.find('\n');
    if (partial_.size() + std::min(end, input.size()) + head_bytes_ > kLongestHead) {
      return fail(fmt::format("more than {} KiB of header lines", kLongestHead / 1024));
    }
    if (end == std::string_view::npos) {
      partial_.append(input);
      input = {};
      return Event::more;
    }
    std::string_view line = input.substr(0, end + 1);
    input.remove_prefix(end + 1);
    if (!partial_.empty()) {
      line_.assign(partial_).append(line);
      partial_.clear();
      line = line_;
    }
    const Event event = on_line(line);
    consumed_ += line.size();
    if (event != Event::more) return event;
  }
}

HttpParser::Event HttpParser::take_body(std::string_view& input, State after) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  if (size == 0) return Event::more;
  body_ = input.substr(0, size);
  input.remove_prefix(size);
  consumed_ += size;
  left_ -= size;
  // A body of known length is complete with its last byte, but its event comes first.
  if (left_ == 0) state_ = after == State::complete ? State::length_body : after;
  return Event::body;
}

HttpParser::Event HttpParser::on_line(std::string_view line) {
  head_bytes_ += line.size();
  ++line_number_;
  line.remove_suffix(1);
  if (!line.ends_with('\r')) return fail(fmt::format("line {} ends in a bare LF", line_number_));
  line.remove_suffix(1);
  switch (state_) {
    case State::status_line:
      return on_status_line(line);
    case State::headers:
      return line.empty() ? on_head_end() : on_header(line);
    case State::chunk_line:
      return on_chunk_line(line);
    case State::chunk_end:
      if (!line.empty()) return fail("a chunk is longer than its size says");
      state_ = State::chunk_line;
      head_bytes_ = 0;
      return Event::more;
    default:  // trailers
      if (line.empty()) {
        state_ = State::complete;
        return Event::complete;
      }
      return split_header(line) ? Event::more : Event::failed;
  }
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 section 4). The last space may be
// missing where there is no reason: the section lets a recipient take that.
HttpParser::Event HttpParser::on_status_line(std::string_view line) {
  const auto wrong = [&] { return fail(fmt::format("no HTTP/1.x status line: '{}'", printable(line))); };
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || !is_digit(line[7]) || line[8] != ' ')
    return wrong();
  if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) || line[9] == '0') return wrong();
  if (line.size() > 12 && (line[12] != ' ' || !is_value(line.substr(13)))) return wrong();
  status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  http_1_0_ = line[7] == '0';
  keep_alive_ = !http_1_0_;
  if (status_ == kSwitchingProtocols) return fail("101 Switching Protocols, which nobody asked for");
  state_ = State::headers;
  return Event::more;
}

/// field-line = field-name ":" OWS field-value OWS (RFC 9112 section 5); false: failed.
bool HttpParser::split_header(std::string_view line) {
  const auto wrong = [&](std::string_view what) {
    static_cast<void>(fail(fmt::format("line {}: {}: '{}'", line_number_, what, printable(line))));
    return false;
  };
  if (line.front() == ' ' || line.front() == '\t') return wrong("a folded header line");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return wrong("a header line without ':'");
  if (!is_token(line.substr(0, colon))) return wrong("a header name that is no token");
  name_ = line.substr(0, colon);
  value_ = trimmed(line.substr(colon + 1));
  if (!is_value(value_)) return wrong("a control character in a header's value");
  return true;
}

HttpParser::Event HttpParser::on_header(std::string_view line) {
  if (!split_header(line)) return Event::failed;
  switch (name_.size()) {  // spares comparing most names
    case 14:
      if (same_text(name_, "content-length") && !note_content_length()) return Event::failed;
      break;
    case 17:
      if (same_text(name_, "transfer-encoding") && !note_transfer_encoding()) return Event::failed;
      break;
    case 10:
      if (same_text(name_, "connection")) note_connection();
      break;
    default:
      break;
  }
  return wants_headers_ && status_ >= 200 ? Event::header : Event::more;
}

bool HttpParser::note_content_length() {
  if (has_length_) {
    static_cast<void>(fail(fmt::format("line {}: a second Content-Length", line_number_)));
    return false;
  }
  has_length_ = true;
  const char* const begin = value_.data();
  const char* const end = begin + value_.size();
  const auto [last, error] = std::from_chars(begin, end, left_);
  if (error == std::errc() && last == end) return true;
  static_cast<void>(
      fail(fmt::format("line {}: the Content-Length '{}' is no length", line_number_, printable(value_))));
  return false;
}

// RFC 9112 section 6.1: chunked comes last and once; an HTTP/1.0 answer has no transfer codings.
bool HttpParser::note_transfer_encoding() {
  std::string_view wrong;
  if (http_1_0_) wrong = "Transfer-Encoding in an HTTP/1.0 answer";
  has_coding_ = true;
  for_each_element(value_, [&](std::string_view coding) {
    if (chunked_) wrong = "a transfer coding after chunked";
    if (same_text(coding, "chunked")) chunked_ = true;
  });
  if (wrong.empty()) return true;
  static_cast<void>(fail(fmt::format("line {}: {}", line_number_, wrong)));
  return false;
}

void HttpParser::note_connection() {
  for_each_element(value_, [&](std::string_view option) {
    if (same_text(option, "close")) keep_alive_ = false;
    if (same_text(option, "keep-alive") && http_1_0_) keep_alive_ = true;
  });
}

// The length of the body: RFC 9112 section 6.3.
HttpParser::Event HttpParser::on_head_end() {
  if (status_ < 200) {
    begin_head();
    return Event::more;
  }
  if (has_coding_ && has_length_) return fail("both Content-Length and Transfer-Encoding");
  if (to_head_ || status_ == kNoContent || status_ == kNotModified) {
    state_ = State::complete;
    return Event::complete;
  }
  if (chunked_) {
    framing_ = Framing::chunked;
    state_ = State::chunk_line;
    head_bytes_ = 0;
    return Event::more;
  }
  if (has_length_) {
    framing_ = Framing::length;
    state_ = State::length_body;
    return Event::more;
  }
  framing_ = Framing::until_close;
  state_ = State::close_body;
  return Event::more;
}

// chunk = chunk-size [ chunk-ext ] CRLF (RFC 9112 section 7.1); extensions are skipped.
HttpParser::Event HttpParser::on_chunk_line(std::string_view line) {
  const auto digits = std::min(line.find_first_of("; \t"), line.size());
  const std::string_view size = line.substr(0, digits);
  const std::string_view extension = trimmed(line.substr(digits));
  const auto [last, error] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
  if (size.empty() || error != std::errc() || last != size.data() + size.size() || !is_value(extension) ||
      (!extension.empty() && extension.front() != ';')) {
    return fail(fmt::format("no chunk size: '{}'", printable(line)));
  }
  if (left_ == 0) {
    state_ = State::trailers;
    return Event::more;
  }
  state_ = State::chunk_body;
  return Event::more;
}

HttpParser::Event HttpParser::end_of_input() {
  if (state_ == State::close_body) state_ = State::complete;
  if (state_ == State::complete) return Event::complete;
  if (state_ == State::failed) return Event::failed;
  consumed_ += partial_.size();
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
