#include "engine/utf8.h"

#include <cstring>

namespace shootout::engine {

std::size_t Utf8Validator::accept(std::string_view piece) {
  std::size_t at = 0;
  while (at < piece.size()) {
    if (to_come_ == 0) {
      while (at + 8 <= piece.size()) {  // ASCII
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, piece.data() + at, 8);
        if ((bytes & 0x8080'8080'8080'8080U) != 0) break;
        at += 8;
      }
      if (at == piece.size()) break;
    }
    const auto byte = static_cast<std::uint8_t>(piece[at]);
    if (to_come_ > 0) {
      if (byte < lowest_ || byte > highest_) return at;
      --to_come_;
      lowest_ = 0x80;
      highest_ = 0xbf;
    } else if (byte >= 0x80) {
      // The table of RFC 3629 section 4: four lead bytes have a narrower range after them.
      if (byte < 0xc2 || byte > 0xf4) return at;
      to_come_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      if (byte == 0xe0) lowest_ = 0xa0;
      if (byte == 0xed) highest_ = 0x9f;
      if (byte == 0xf0) lowest_ = 0x90;
      if (byte == 0xf4) highest_ = 0x8f;
    }
    ++at;
  }
  return at;
}

}  // namespace shootout::engine
