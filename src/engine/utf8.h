// UTF-8 that comes in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace shootout::engine {

/// Follows a text piece by piece and finds the first byte that no UTF-8 has (RFC 3629): overlong forms,
/// surrogates, what is above U+10FFFF, and sequences that break off.
class Utf8Validator {
 public:
  /// A new text begins.
  void reset() { *this = {}; }

  /// So many bytes of the piece go on as UTF-8 should; all of it, or the place of the first byte that is
  /// wrong. That byte is not consumed: it is as wrong at the next call.
  [[nodiscard]] std::size_t accept(std::string_view piece);

  /// The text may end here: no sequence is cut.
  [[nodiscard]] bool at_boundary() const { return to_come_ == 0; }

 private:
  std::uint8_t to_come_ = 0;                     ///< continuation bytes of the sequence at hand
  std::uint8_t lowest_ = 0x80, highest_ = 0xbf;  ///< what the next of them may be
};

}  // namespace shootout::engine
