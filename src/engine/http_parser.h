// An HTTP/1.1 answer, read piece by piece as it comes from the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shootout::engine {

/// Reads one answer after the other, strictly as RFC 9112 has it: what a lenient reading would count as right
/// is a failure that says what is illegal and where. Interim (1xx) answers are skipped. Nothing of a body is
/// kept.
///
/// Pull it: give it the bytes that came, and take events until it wants `more`:
///
///     parser.begin(false);
///     for (;;) switch (parser.next(bytes)) { case Event::body: use(parser.body()); continue; ... }
class HttpParser {
 public:
  enum class Event : std::uint8_t {
    more,      ///< all bytes are consumed and the answer is not whole yet
    header,    ///< a header line of the final answer (only where asked for): name() and value()
    body,      ///< a piece of the body: body()
    complete,  ///< the answer is whole; bytes left in the input are not part of it
    failed,    ///< the answer is illegal: failure()
  };

  /// All lines of a head, of the trailers, and each chunk's line: together at most this long.
  static constexpr std::size_t kLongestHead = std::size_t{64} * 1024;

  explicit HttpParser(bool wants_headers = false) : wants_headers_(wants_headers) {}

  /// A new answer begins; `to_head`: it answers a HEAD request and has no body whatever its headers say.
  void begin(bool to_head);

  /// Consumes bytes from the front of `input` up to the next event.
  Event next(std::string_view& input);

  /// The peer closed. `complete` where the body runs until the close (RFC 9112 section 6.3, rule 8), else
  /// `failed`.
  Event end_of_input();

  /// Of the final answer, once its status line was read.
  [[nodiscard]] int status() const { return status_; }
  /// Whether the connection may carry another request (RFC 9112 section 9.3); meaningful when complete.
  [[nodiscard]] bool keep_alive() const { return keep_alive_ && framing_ != Framing::until_close; }

  /// Valid until the next call.
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] std::string_view value() const { return value_; }
  [[nodiscard]] std::string_view body() const { return body_; }
  /// What is illegal, and at which byte of the answer.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  enum class State : std::uint8_t {
    status_line,
    headers,
    length_body,
    close_body,
    chunk_line,
    chunk_body,
    chunk_end,
    trailers,
    complete,
    failed
  };
  enum class Framing : std::uint8_t { none, length, chunked, until_close };

  Event on_line(std::string_view line);
  Event on_status_line(std::string_view line);
  Event on_header(std::string_view line);
  Event on_head_end();
  Event on_chunk_line(std::string_view line);
  Event take_body(std::string_view& input, State after);
  Event fail(std::string what);
  bool split_header(std::string_view line);
  bool note_content_length();
  bool note_transfer_encoding();
  void note_connection();
  void begin_head();

  State state_ = State::status_line;
  Framing framing_ = Framing::none;
  bool wants_headers_;
  bool to_head_ = false;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool has_length_ = false, has_coding_ = false, chunked_ = false;
  int status_ = 0;
  std::uint64_t left_ = 0;      ///< bytes of the body or chunk still to come
  std::size_t head_bytes_ = 0;  ///< of the lines that count for kLongestHead
  std::uint64_t consumed_ = 0;  ///< bytes of the answer before the line or piece at hand
  unsigned line_number_ = 0;
  std::string partial_;  ///< the beginning of a line that was cut by a packet's end
  std::string line_;     ///< a line put together from pieces; keeps name_ and value_ alive
  std::string_view name_, value_, body_;
  std::string failure_;
};

}  // namespace shootout::engine
