#include "upstream/websocket_echo.h"

#include <algorithm>
#include <cstring>

#include "engine/websocket_handshake.h"

namespace shootout::upstream {
namespace {

constexpr unsigned kMasked = 0x80, kLength = 0x7f, kOpcode = 0x0f;
constexpr unsigned kTwoBytes = 126, kEightBytes = 127;  // lengths that follow

}  // namespace

std::string websocket_welcome(std::string_view key) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         engine::websocket_accept(key) + "\r\n\r\n";
}

std::size_t WebSocketEcho::head_size() const {
  if (head_came_ < 2) return 2;
  const unsigned length = head_[1] & kLength;
  return 2 + (length == kTwoBytes ? 2 : length == kEightBytes ? 8 : 0) + sizeof key_;
}

bool WebSocketEcho::begin_frame(std::string& out) {
  if ((head_[1] & kMasked) == 0) return false;
  const std::size_t ours = head_size() - sizeof key_;  // a server's frames have no mask
  std::memcpy(&key_, head_.data() + ours, sizeof key_);
  left_ = head_[1] & kLength;
  if (ours > 2) {
    left_ = 0;
    for (std::size_t i = 2; i < ours; ++i) left_ = left_ << 8 | head_[i];
  }
  passed_ = 0;
  in_payload_ = true;
  constexpr auto kPing = static_cast<unsigned>(engine::Opcode::ping),
                 kPong = static_cast<unsigned>(engine::Opcode::pong);
  const unsigned first = (head_[0] & kOpcode) == kPing ? (head_[0] & ~kOpcode) | kPong : head_[0];
  out += static_cast<char>(first);
  out += static_cast<char>(head_[1] & kLength);
  out.append(reinterpret_cast<const char*>(head_.data()) + 2, ours - 2);
  return true;
}

bool WebSocketEcho::take(std::string_view input, std::string& out) {
  while (true) {
    while (!in_payload_) {
      const auto wanted = std::min(head_size() - head_came_, input.size());
      std::memcpy(head_.data() + head_came_, input.data(), wanted);
      head_came_ += wanted;
      input.remove_prefix(wanted);
      if (head_came_ < head_size()) {
        if (input.empty()) return true;
      } else if (!begin_frame(out)) {
        return false;
      }
    }
    const auto piece = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
    const auto at = out.size();
    out.resize(at + piece.size());
    engine::mask_into(out.data() + at, piece, key_, passed_);  // the same again takes the mask off
    input.remove_prefix(piece.size());
    passed_ += piece.size();
    left_ -= piece.size();
    if (left_ > 0) return true;
    in_payload_ = false;
    head_came_ = 0;
    if ((head_[0] & kOpcode) == static_cast<unsigned>(engine::Opcode::close)) return false;
  }
}

}  // namespace shootout::upstream
