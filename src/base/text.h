// Small things with words that every layer needs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shootout {

/// Of `names`, the one that `typed` is most likely a misspelling of (Damerau-Levenshtein distance at most a
/// third of its length, and at least 1).
[[nodiscard]] std::optional<std::string> closest_name(std::string_view typed,
                                                      std::span<const std::string> names);

/// "no contender `flsk`; did you mean `flask`?" or, without a near name, the list of all there are.
[[nodiscard]] std::string unknown_name(std::string_view kind, std::string_view typed,
                                       std::span<const std::string> names);

/// Splits at a separator; an empty text gives no parts.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// The text with every byte that is no printable ASCII character and no line's end as \xNN: for what
/// strangers sent.
[[nodiscard]] std::string printable(std::string_view text);

/// A URL as others may see it: *** stands for its password (that of its user, or `password=` among its
/// parameters). Any other text as it is.
[[nodiscard]] std::string without_password(std::string url);

}  // namespace shootout
