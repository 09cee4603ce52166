// HTTP/1.1 requests as they come in, piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shootout::upstream {

/// What of a request's head matters here.
struct Request {
  std::string method;
  std::string target;
  bool http_1_1 = true;
  bool close = false;             ///< the connection ends after the answer
  bool expects_continue = false;  ///< the client waits for a 100 before it sends the body
  std::string websocket_key{};    ///< it asks for a WebSocket
};

/// A strict parser (RFC 9112): lines end in CRLF, no folded lines, no ambiguous framing. Bodies are read and
/// ignored. One parser a connection; it keeps no input, only the request it is in.
class RequestParser {
 public:
  static constexpr std::size_t kMaxRequestLine = 8 * 1024;   ///< beyond: 414
  static constexpr std::size_t kMaxHeaderBytes = 32 * 1024;  ///< of all header fields together; beyond: 431
  static constexpr std::size_t kMaxHeaderFields = 100;       ///< beyond: 431

  enum class Outcome {
    incomplete,        ///< the rest of the input is the beginning of something; more must come
    expects_continue,  ///< a head with "Expect: 100-continue" is whole, its body is to come; call again
    complete,          ///< request() is whole, body included
    rejected,          ///< no request; see status() and reason(). The connection is of no more use
  };

  /// Takes as much from the front of `input` as belongs to the request. Give back what was not taken, with
  /// more.
  Outcome parse(std::string_view& input);

  /// Valid until the next parse().
  [[nodiscard]] const Request& request() const { return request_; }
  /// 400, 414, 431, 501 or 505.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::string_view reason() const { return reason_; }

 private:
  enum class State {
    start,
    request_line,
    header,
    body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer,
    rejected
  };
  /// What a step over one line or one piece of body came to; nothing: take the next step.
  using Step = std::optional<Outcome>;

  Step take_line(std::string_view& input, std::size_t limit, int status, std::string_view& line);
  Step reject(int status, std::string_view reason);
  Step on_request_line(std::string_view line);
  Step on_field(std::string_view line);
  Step on_header(std::string_view name, std::string_view value);
  Step on_head_end();
  Step on_chunk_size(std::string_view line);
  Step on_body(std::string_view& input);
  Outcome complete();

  State state_ = State::start;
  Request request_;
  std::size_t header_bytes_ = 0, header_fields_ = 0;
  bool has_host_ = false, has_length_ = false, chunked_ = false;
  std::uint64_t body_left_ = 0;  ///< of the body, or of the chunk
  int status_ = 0;
  std::string_view reason_;
};

}  // namespace shootout::upstream
