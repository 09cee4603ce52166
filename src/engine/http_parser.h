// An HTTP/1.1 answer, read piece by piece as it comes from the network.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace shootout::engine {

/// The interim status that ends HTTP on its connection (RFC 9110 section 15.2.2).
inline constexpr int kSwitchingProtocols = 101;

/// Reads one answer after the other, strictly as RFC 9112 has it: what a lenient reading would count as right
/// is a failure that says what is illegal and where. Interim (1xx) answers are skipped. Nothing of a body is
/// kept.
///
/// Pull it: give it the bytes that came, and take events until it wants `more`:
///
///     parser.begin(false);
///     for (;;) switch (parser.next(bytes)) { case Event::body: use(parser.body()); continue; ... }
///
/// As small as a cache line: a load has one for each connection, and the plain answer touches nothing else.
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

  explicit HttpParser(bool wants_headers = false);
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  /// A new answer begins. `to_head`: it answers a HEAD request and has no body whatever its headers say.
  /// `expects_upgrade`: the request asked for another protocol, so that 101 is a final answer, complete with
  /// its head; the bytes left in the input are the new protocol's (RFC 9110 section 7.8).
  void begin(bool to_head, bool expects_upgrade = false);

  class KnownHead;

  /// Consumes bytes from the front of `input` up to the next event. `known`: a head that was read before, by
  /// this parser or another; where the answer begins with the same bytes they are not read again, else it
  /// becomes the known one. Null: none.
  Event next(std::string_view& input, KnownHead* known = nullptr);

  /// The peer closed. `complete` where the body runs until the close (RFC 9112 section 6.3, rule 8), else
  /// `failed`.
  Event end_of_input();

  /// Of the final answer, once its status line was read.
  [[nodiscard]] int status() const { return head_.status; }
  /// Whether the connection may carry another request (RFC 9112 section 9.3); meaningful when complete.
  [[nodiscard]] bool keep_alive() const { return head_.keep_alive; }

  /// Valid until the next call.
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] std::string_view value() const;
  [[nodiscard]] std::string_view body() const { return body_; }
  /// What is illegal, and at which byte of the answer; empty unless `failed`.
  [[nodiscard]] const std::string& failure() const;

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

  /// What the lines of one head said.
  struct Head {
    bool keep_alive = true;
    bool http_1_0 = false;
    bool has_length = false, has_coding = false, chunked = false;
    std::uint16_t status = 0;
    std::uint32_t bytes = 0;  ///< of the lines that count for kLongestHead
  };

  void take_known(const KnownHead& known);
  void remember(std::string_view head, KnownHead& known) const;

  struct Rare;  // what the plain answer, whole in one packet, has no need of

  // Lines come without their CRLF; clean: all their characters may stand in a header's value.
  Event take_hard_line(std::string_view& input);
  Event on_line(std::string_view line, bool clean);
  Event on_status_line(std::string_view line, bool clean);
  Event on_header(std::string_view line, bool clean);
  Event on_head_end();
  Event on_chunk_line(std::string_view line, bool clean);
  Event take_body(std::string_view& input, State after);
  Event fail(std::string_view what);
  std::size_t colon_of(std::string_view line, bool clean);
  bool note_content_length(std::string_view value);
  bool note_transfer_encoding(std::string_view value);
  void note_connection(std::string_view value);
  Rare& rare();

  State state_ = State::status_line;
  bool wants_headers_;
  bool to_head_ = false, expects_upgrade_ = false;
  bool cut_ = false;  ///< rare_ holds the beginning of a line that was cut by a packet's end
  std::uint32_t line_number_ = 0;
  Head head_;
  std::uint64_t left_ = 0;      ///< bytes of the body or chunk still to come
  std::uint64_t consumed_ = 0;  ///< bytes of the answer before the line or piece at hand
  std::string_view body_;
  std::unique_ptr<Rare> rare_;
};

/// The head of an answer and what it said. Most of a server's answers have the same one until its Date moves.
class HttpParser::KnownHead {
 public:
  [[nodiscard]] bool begins(std::string_view input, bool to_head) const {
    return size_ > 0 && to_head == to_head_ && input.starts_with(std::string_view(bytes_.data(), size_));
  }

 private:
  friend class HttpParser;
  std::array<char, 512> bytes_;  ///< longer ones are not kept
  std::size_t size_ = 0;
  bool to_head_ = false;
  State state_ = State::complete;
  Head head_;
  std::uint32_t lines_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace shootout::engine
