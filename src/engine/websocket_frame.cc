#include "engine/websocket_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace shootout::engine {
namespace {

constexpr std::uint8_t kFinBit = 0x80, kReservedBits = 0x70, kOpcodeBits = 0x0f;  // of a head's first byte
constexpr std::uint8_t kMaskBit = 0x80, kLengthBits = 0x7f;                       // of its second
constexpr std::uint8_t kLength16 = 126, kLength64 = 127;
constexpr std::size_t kLongestControl = 125;

constexpr bool is_control_frame(Opcode opcode) {
  return opcode >= Opcode::close;
}

std::string_view frame_name(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
      return "continuation";
    case Opcode::text:
      return "text";
    case Opcode::binary:
      return "binary";
    case Opcode::close:
      return "Close";
    case Opcode::ping:
      return "Ping";
    case Opcode::pong:
      return "Pong";
  }
  return {};
}

/// Codes that may stand in a Close frame: RFC 6455 section 7.4 and IANA's registry (1012 to 1014).
constexpr bool may_be_sent(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::uint64_t number_of_bytes(std::span<const std::uint8_t> bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

}  // namespace

struct WebSocketReader::Rare {
  std::string control;  ///< the payload of a control frame that came in pieces
  std::string failure;
};

WebSocketReader::WebSocketReader() = default;
WebSocketReader::~WebSocketReader() = default;
WebSocketReader::WebSocketReader(WebSocketReader&&) noexcept = default;
WebSocketReader& WebSocketReader::operator=(WebSocketReader&&) noexcept = default;

WebSocketReader::Rare& WebSocketReader::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

const std::string& WebSocketReader::failure() const {
  static const std::string kNone;
  return rare_ == nullptr ? kNone : rare_->failure;
}

void WebSocketReader::begin() {
  state_ = State::head;
  in_message_ = false;
  head_size_ = 0;
  consumed_ = 0;
  close_code_ = kNoCloseCode;
  utf8_.reset();
  if (rare_ != nullptr) *rare_ = {};
}

WebSocketReader::Event WebSocketReader::fail(std::string_view what, std::int64_t at) {
  state_ = State::failed;
  rare().failure =
      fmt::format("{} (at byte {} of the answer)", what, consumed_ + static_cast<std::uint64_t>(at));
  return Event::failed;
}

WebSocketReader::Event WebSocketReader::next(std::string_view& input) {
  while (true) {
    Event event = Event::more;
    switch (state_) {
      case State::head:
        event = take_head(input);
        if (event == Event::more && state_ == State::head) return Event::more;  // the input is used up
        break;
      case State::message:
        if (left_ > 0) return take_message(input);
        event = end_frame();
        break;
      case State::control:
        return take_control(input);
      case State::closed:
        return input.empty() ? Event::more : fail("data after the Close frame");
      case State::failed:
        return Event::failed;
    }
    if (event != Event::more) return event;
  }
}

WebSocketReader::Event WebSocketReader::take_head(std::string_view& input) {
  while (!input.empty()) {
    head_[head_size_++] = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
    ++consumed_;
    if (head_size_ == 1) {
      if (!first_byte_is_legal()) return Event::failed;
      continue;
    }
    if (head_size_ == 2 && !second_byte_is_legal()) return Event::failed;
    const unsigned length = head_[1];
    const unsigned whole = length == kLength64 ? 10 : length == kLength16 ? 4 : 2;
    if (head_size_ == whole) return begin_payload() ? Event::more : Event::failed;
  }
  return Event::more;
}

bool WebSocketReader::first_byte_is_legal() {
  const auto wrong = [&](std::string_view what) { return fail(what, -1) != Event::failed; };
  const unsigned byte = head_[0];
  if ((byte & kReservedBits) != 0) {
    return wrong(
        fmt::format("a frame with reserved bits (0x{:02x}), though no extension was agreed on", byte));
  }
  opcode_ = static_cast<Opcode>(byte & kOpcodeBits);
  final_ = (byte & kFinBit) != 0;
  const std::string_view name = frame_name(opcode_);
  if (name.empty()) return wrong(fmt::format("a frame with the unknown opcode 0x{:x}", byte & kOpcodeBits));
  if (is_control_frame(opcode_)) return final_ || wrong(fmt::format("a fragmented {} frame", name));
  if (opcode_ == Opcode::continuation) return in_message_ || wrong("a continuation frame without a message");
  if (in_message_) return wrong(fmt::format("a new {} frame inside a fragmented message", name));
  return true;
}

bool WebSocketReader::second_byte_is_legal() {
  const auto wrong = [&](std::string_view what) { return fail(what, -1) != Event::failed; };
  const unsigned length = head_[1] & kLengthBits;
  if ((head_[1] & kMaskBit) != 0) return wrong("a masked frame from a server");
  if (!is_control_frame(opcode_)) return true;
  if (length > kLongestControl) {
    return wrong(fmt::format("a {} frame of more than {} bytes", frame_name(opcode_), kLongestControl));
  }
  return opcode_ != Opcode::close || length != 1 || wrong("a Close frame of 1 byte, which is no code");
}

/// The head is whole: its length, and what follows. False: failed.
bool WebSocketReader::begin_payload() {
  const std::size_t size = head_size_;
  head_size_ = 0;
  left_ = head_[1];
  if (size > 2) {
    left_ = number_of_bytes(std::span(head_).subspan(2, size - 2));
    const auto wrong = [&](std::string_view what) {
      return fail(what, 2 - static_cast<std::int64_t>(size)) != Event::failed;
    };
    if (left_ >> 63 != 0) return wrong("a 64-bit length with its top bit set");
    if (left_ < (size == 4 ? kLength16 : 0x10000U)) {
      return wrong(
          fmt::format("the length {} in {} bits instead of the shortest form", left_, (size - 2) * 8));
    }
  }
  if (is_control_frame(opcode_)) {
    if (rare_ != nullptr) rare_->control.clear();
    state_ = State::control;
    return true;
  }
  state_ = State::message;
  if (opcode_ != Opcode::continuation) is_text_ = opcode_ == Opcode::text;
  in_message_ = true;
  return true;
}

WebSocketReader::Event WebSocketReader::take_message(std::string_view& input) {
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  if (size == 0) return Event::more;
  if (is_text_) {
    const std::size_t good = utf8_.accept(input.substr(0, size));
    if (good == 0) {
      return fail(
          fmt::format("a text that is no UTF-8 (0x{:02x})", static_cast<unsigned char>(input.front())));
    }
    size = good;
  }
  data_ = input.substr(0, size);
  input.remove_prefix(size);
  consumed_ += size;
  left_ -= size;
  return Event::piece;
}

/// All of a data frame's payload was given.
WebSocketReader::Event WebSocketReader::end_frame() {
  state_ = State::head;
  if (!final_) return Event::more;
  if (is_text_ && !utf8_.at_boundary()) return fail("a text that ends inside a UTF-8 sequence");
  in_message_ = false;
  consumed_ = 0;
  return Event::message;
}

WebSocketReader::Event WebSocketReader::take_control(std::string_view& input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  const bool is_cut = size < left_ || (rare_ != nullptr && !rare_->control.empty());
  data_ = input.substr(0, size);
  if (is_cut) data_ = rare().control.append(data_);
  input.remove_prefix(size);
  left_ -= size;
  if (left_ > 0) return Event::more;

  state_ = State::head;
  if (opcode_ == Opcode::close) return on_close();
  consumed_ += data_.size();
  return opcode_ == Opcode::ping ? Event::ping : Event::pong;
}

WebSocketReader::Event WebSocketReader::on_close() {
  if (!data_.empty()) {  // two bytes at least: the head was looked at
    const unsigned code = static_cast<unsigned char>(data_[0]) * 256U + static_cast<unsigned char>(data_[1]);
    if (!may_be_sent(code))
      return fail(fmt::format("a Close frame with the code {}, which is never sent", code));
    close_code_ = static_cast<std::uint16_t>(code);
    data_.remove_prefix(2);
    consumed_ += 2;
  }
  Utf8Validator reason;
  const std::size_t good = reason.accept(data_);
  consumed_ += good;
  if (good < data_.size() || !reason.at_boundary()) return fail("a Close frame's reason that is no UTF-8");
  state_ = State::closed;
  return Event::close;
}

WebSocketReader::Event WebSocketReader::end_of_input() {
  data_ = {};  // the input that it pointed into may be gone
  switch (state_) {
    case State::failed:
      return Event::failed;
    case State::closed:
      return Event::close;
    case State::message:
      if (left_ > 0) return fail(fmt::format("closed with {} bytes of a frame to come", left_));
      break;
    case State::control:
      if (rare_ != nullptr) consumed_ += rare_->control.size();
      return fail(fmt::format("closed with {} bytes of a {} frame to come", left_, frame_name(opcode_)));
    case State::head:
      if (head_size_ > 0) return fail("closed in the head of a frame");
      break;
  }
  return fail(in_message_ ? "closed in a fragmented message" : "closed without a Close frame");
}

std::uint32_t MaskKeys::next() {
  // SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
  std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return static_cast<std::uint32_t>(mixed ^ (mixed >> 31));
}

std::size_t write_frame_head(std::span<char, kLongestFrameHead> out, Opcode opcode, bool final,
                             std::uint64_t length, std::uint32_t key) {
  const auto byte = [](std::uint64_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  std::size_t size = 2;
  out[0] = byte((final ? kFinBit : 0U) | static_cast<unsigned>(opcode));
  unsigned length_bytes = 0;
  if (length <= kLongestControl) {
    out[1] = byte(kMaskBit | length);
  } else {
    length_bytes = length <= 0xffff ? 2 : 8;
    out[1] = byte(kMaskBit | (length_bytes == 2 ? kLength16 : kLength64));
  }
  while (length_bytes > 0) out[size++] = byte(length >> (8 * --length_bytes));
  std::memcpy(&out[size], &key, sizeof key);
  return size + sizeof key;
}

void mask_into(char* to, std::string_view part, std::uint32_t key, std::uint64_t offset) {
  // The key goes round every 4 bytes of the payload: twice in these, from the byte that the part begins with.
  std::array<char, 4> once{};
  std::memcpy(once.data(), &key, once.size());
  std::array<char, 8> twice{};
  for (std::size_t i = 0; i < twice.size(); ++i) twice[i] = once[(offset + i) % once.size()];
  std::uint64_t keys = 0;
  std::memcpy(&keys, twice.data(), sizeof keys);

  std::size_t at = 0;
  for (; at + 8 <= part.size(); at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, part.data() + at, sizeof bytes);
    bytes ^= keys;
    std::memcpy(to + at, &bytes, sizeof bytes);
  }
  for (; at < part.size(); ++at) to[at] = static_cast<char>(part[at] ^ twice[at % 8]);
}

void append_frame(std::string& out, Opcode opcode, bool final, std::string_view payload, std::uint32_t key) {
  std::array<char, kLongestFrameHead> head{};
  const std::size_t head_size = write_frame_head(head, opcode, final, payload.size(), key);
  const std::size_t before = out.size();
  const std::size_t after = before + head_size + payload.size();
  out.resize_and_overwrite(after, [&](char* begin, std::size_t) {
    std::memcpy(begin + before, head.data(), head_size);
    mask_into(begin + before + head_size, payload, key);
    return after;
  });
}

void append_message(std::string& out, Opcode opcode, std::string_view payload, std::uint64_t fragment,
                    MaskKeys& keys) {
  if (fragment == 0 || fragment > payload.size()) fragment = payload.size();
  bool final = false;
  while (!final) {
    const std::string_view part = payload.substr(0, static_cast<std::size_t>(fragment));
    payload.remove_prefix(part.size());
    final = payload.empty();
    append_frame(out, opcode, final, part, keys.next());
    opcode = Opcode::continuation;
  }
}

void append_close(std::string& out, std::uint16_t code, std::uint32_t key) {
  const std::array<char, 2> payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  append_frame(out, Opcode::close, true, {payload.data(), code == kNoCloseCode ? 0 : payload.size()}, key);
}

}  // namespace shootout::engine
