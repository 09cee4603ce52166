#include "upstream/request_parser.h"

#include <algorithm>
#include <charconv>

namespace shootout::upstream {
namespace {

bool is_token_char(char c) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kPunctuation.find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}
bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}
bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// Whether a comma-separated list has the word.
bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (same_word(trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// All of the text, as a number of the base.
std::optional<std::uint64_t> to_number(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

RequestParser::Outcome RequestParser::parse(std::string_view& input) {
  for (;;) {
    Step step;
    std::string_view line;
    switch (state_) {
      case State::start:
        request_.close = request_.expects_continue = false;
        header_bytes_ = header_fields_ = 0;
        has_host_ = has_length_ = chunked_ = false;
        body_left_ = 0;
        // An empty line before a request is forgiven (RFC 9112, 2.2).
        if (input.empty() || input == "\r") return Outcome::incomplete;
        if (input.starts_with("\r\n")) input.remove_prefix(2);
        state_ = State::request_line;
        break;
      case State::request_line:
        step = take_line(input, kMaxRequestLine, 414, line);
        if (!step) step = on_request_line(line);
        break;
      case State::header:
      case State::trailer:
        step = take_line(input, kMaxHeaderBytes - header_bytes_, 431, line);
        if (!step) step = on_field(line);
        break;
      case State::chunk_size:
        step = take_line(input, kMaxRequestLine, 400, line);
        if (!step) step = on_chunk_size(line);
        break;
      case State::chunk_end:
        step = take_line(input, 0, 400, line);
        state_ = step ? state_ : State::chunk_size;
        break;
      case State::body:
      case State::chunk_data:
        step = on_body(input);
        break;
      case State::rejected:
        return Outcome::rejected;
    }
    if (step) return *step;
  }
}

RequestParser::Step RequestParser::take_line(std::string_view& input, std::size_t limit, int status,
                                             std::string_view& line) {
  const auto end = input.find('\n');
  if (std::min(end, input.size()) > limit + 1) return reject(status, "a line is too long");
  if (end == std::string_view::npos) return Outcome::incomplete;
  line = input.substr(0, end);
  if (!line.ends_with('\r')) return reject(400, "a line does not end in CRLF");
  line.remove_suffix(1);
  if (std::ranges::any_of(line, is_control)) return reject(400, "a control character in the head");
  input.remove_prefix(end + 1);
  return std::nullopt;
}

RequestParser::Step RequestParser::reject(int status, std::string_view reason) {
  state_ = State::rejected;
  status_ = status;
  reason_ = reason;
  return Outcome::rejected;
}

RequestParser::Step RequestParser::on_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return reject(400, "the request line has not three parts");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method)) return reject(400, "the method is no token");
  if (target.empty() || !std::ranges::all_of(target, is_visible))
    return reject(400, "the target is not legal");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool other = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
    return other ? reject(505, "the version is not HTTP/1.1") : reject(400, "the version is not legal");
  }
  request_.method = method;
  request_.target = target;
  request_.http_1_1 = version == "HTTP/1.1";
  request_.close = !request_.http_1_1;
  state_ = State::header;
  return std::nullopt;
}

RequestParser::Step RequestParser::on_field(std::string_view line) {
  if (line.empty()) return state_ == State::trailer ? Step(complete()) : on_head_end();
  header_bytes_ = std::min(header_bytes_ + line.size() + 2, kMaxHeaderBytes);
  if (++header_fields_ > kMaxHeaderFields) return reject(431, "too many header fields");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return reject(400, "a header field is not legal");  // also: folded, or a space before the colon
  }
  if (state_ == State::trailer) return std::nullopt;
  return on_header(line.substr(0, colon), trim(line.substr(colon + 1)));
}

RequestParser::Step RequestParser::on_header(std::string_view name, std::string_view value) {
  if (same_word(name, "host")) {
    if (has_host_) return reject(400, "Host is there twice");
    has_host_ = true;
  } else if (same_word(name, "content-length")) {
    const auto length = to_number(value, 10);
    if (has_length_ || !length) return reject(400, "Content-Length is not one number");
    has_length_ = true;
    body_left_ = *length;
  } else if (same_word(name, "transfer-encoding")) {
    if (chunked_ || !request_.http_1_1) return reject(400, "Transfer-Encoding is not legal here");
    if (!same_word(value, "chunked")) return reject(501, "no Transfer-Encoding but chunked is known");
    chunked_ = true;
  } else if (same_word(name, "connection")) {
    if (has_word(value, "close")) request_.close = true;
  } else if (same_word(name, "expect")) {
    request_.expects_continue = request_.http_1_1 && same_word(value, "100-continue");
  } else if (same_word(name, "sec-websocket-key")) {
    request_.websocket_key = value;
  }
  return std::nullopt;
}

RequestParser::Step RequestParser::on_head_end() {
  if (request_.http_1_1 && !has_host_) return reject(400, "Host is missing");
  if (chunked_ && has_length_) return reject(400, "both Content-Length and Transfer-Encoding");
  if (!chunked_ && body_left_ == 0) return complete();
  state_ = chunked_ ? State::chunk_size : State::body;
  if (request_.expects_continue) return Outcome::expects_continue;
  return std::nullopt;
}

RequestParser::Step RequestParser::on_chunk_size(std::string_view line) {
  const auto size = to_number(trim(line.substr(0, line.find(';'))), 16);
  if (!size || !is_token_char(line.front())) return reject(400, "a chunk's size is no number");
  body_left_ = *size;
  state_ = *size == 0 ? State::trailer : State::chunk_data;
  return std::nullopt;
}

RequestParser::Step RequestParser::on_body(std::string_view& input) {
  const auto taken = std::min<std::uint64_t>(body_left_, input.size());
  input.remove_prefix(taken);
  body_left_ -= taken;
  if (body_left_ > 0) return Outcome::incomplete;
  if (state_ == State::body) return complete();
  state_ = State::chunk_end;
  return std::nullopt;
}

RequestParser::Outcome RequestParser::complete() {
  state_ = State::start;
  return Outcome::complete;
}

}  // namespace shootout::upstream
