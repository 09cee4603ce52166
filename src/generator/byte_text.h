// Bytes of any kind as JSON text.
#pragma once

#include <string>
#include <string_view>

namespace shootout::generator {

/// Each byte as the character of its number (Latin-1), in UTF-8: ASCII stays itself, and nothing is lost.
[[nodiscard]] std::string text_of_bytes(std::string_view bytes);
/// The inverse; a character above U+00FF, which text_of_bytes() never makes, becomes '?'.
[[nodiscard]] std::string bytes_of_text(std::string_view text);

}  // namespace shootout::generator
