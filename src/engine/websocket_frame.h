// WebSocket frames (RFC 6455 section 5): what a server sends is read, what a client sends is written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/utf8.h"

namespace shootout::engine {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Close codes (RFC 6455 section 7.4.1).
inline constexpr std::uint16_t kNormalClosure = 1000, kProtocolError = 1002, kNoCloseCode = 1005,
                               kInvalidData = 1007;

/// Reads the frames of a server one after the other, strictly as RFC 6455 has it, without extensions: what a
/// lenient reading would count as right is a failure that says what is illegal and where. Nothing of a
/// message is kept.
///
/// Pull it, like HttpParser: give it the bytes that came, and take events until it wants `more`.
///
/// As small as a cache line: a load has one for each connection.
class WebSocketReader {
 public:
  enum class Event : std::uint8_t {
    more,     ///< all bytes are consumed and nothing more is whole
    piece,    ///< bytes of a message, at least one: data(), is_text()
    message,  ///< the message of the pieces before (none: it is empty) is whole: is_text()
    ping,     ///< to be answered by a pong with the same data()
    pong,     ///< data()
    close,    ///< the server's last frame: close_code(), and its reason in data()
    failed,   ///< illegal: failure()
  };

  WebSocketReader();
  ~WebSocketReader();
  WebSocketReader(WebSocketReader&&) noexcept;
  WebSocketReader& operator=(WebSocketReader&&) noexcept;

  /// A new connection begins, after its handshake.
  void begin();

  /// Consumes bytes from the front of `input` up to the next event. A piece of a text holds nothing but
  /// UTF-8, though it may end inside a sequence; `failed` comes after the piece that ends at the illegal
  /// byte.
  Event next(std::string_view& input);

  /// The peer closed the connection: `close` after its Close frame (again, without the reason), else
  /// `failed`.
  Event end_of_input();

  /// Of the message at hand: text or binary.
  [[nodiscard]] bool is_text() const { return is_text_; }
  /// Valid until the next call, and no longer than the input.
  [[nodiscard]] std::string_view data() const { return data_; }
  /// kNoCloseCode where the Close frame has none.
  [[nodiscard]] std::uint16_t close_code() const { return close_code_; }
  /// What is illegal, and at which byte of the answer: of all that came after the message before. Empty
  /// unless `failed`.
  [[nodiscard]] const std::string& failure() const;

 private:
  enum class State : std::uint8_t { head, message, control, closed, failed };
  struct Rare;  // what whole, legal frames have no need of

  Event take_head(std::string_view& input);
  bool first_byte_is_legal();
  bool second_byte_is_legal();
  bool begin_payload();
  Event take_message(std::string_view& input);
  Event end_frame();
  Event take_control(std::string_view& input);
  Event on_close();
  /// `at`: from consumed_, the bytes before the one that is illegal.
  Event fail(std::string_view what, std::int64_t at = 0);
  Rare& rare();

  State state_ = State::head;
  Opcode opcode_ = Opcode::continuation;  ///< of the frame at hand
  bool final_ = false;                    ///< it is its message's last frame
  bool in_message_ = false;               ///< a message has begun and is not whole
  bool is_text_ = false;
  Utf8Validator utf8_;
  std::uint16_t close_code_ = kNoCloseCode;
  std::uint8_t head_size_ = 0;  ///< bytes of head_ that came
  std::array<std::uint8_t, 10> head_{};
  std::uint64_t left_ = 0;      ///< bytes of the payload still to come
  std::uint64_t consumed_ = 0;  ///< bytes since the message before
  std::string_view data_;
  std::unique_ptr<Rare> rare_;
};

/// Keys to mask frames with, a new one for each frame. From a seed, so that a load can be repeated: a load
/// generator has no hostile script to protect proxies from (RFC 6455 section 10.3).
class MaskKeys {
 public:
  explicit MaskKeys(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint32_t next();

 private:
  std::uint64_t state_;
};

/// The head of a client's frame: at most so many bytes.
inline constexpr std::size_t kLongestFrameHead = 14;

/// Writes the head of a client's frame whose payload has `length` bytes (< 2^63), masked with `key`; gives
/// its size.
std::size_t write_frame_head(std::span<char, kLongestFrameHead> out, Opcode opcode, bool final,
                             std::uint64_t length, std::uint32_t key);

/// Writes a part of a payload masked; `offset`: bytes of the payload before it. `to` has room for the part,
/// and may be where the part is.
void mask_into(char* to, std::string_view part, std::uint32_t key, std::uint64_t offset = 0);

/// Appends a client's frame. Allocates nothing where `out` has the capacity. Control frames have at most 125
/// bytes.
void append_frame(std::string& out, Opcode opcode, bool final, std::string_view payload, std::uint32_t key);

/// Appends a message in frames of at most `fragment` bytes; 0: in one.
void append_message(std::string& out, Opcode opcode, std::string_view payload, std::uint64_t fragment,
                    MaskKeys& keys);

/// Appends a Close frame with a code and no reason; kNoCloseCode: without a code.
void append_close(std::string& out, std::uint16_t code, std::uint32_t key);

}  // namespace shootout::engine
