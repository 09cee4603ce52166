// What the names in our files may look like.
#pragma once

#include <algorithm>
#include <string>

namespace shootout::suite {

constexpr const char* kNameRule = "a name is made of letters, digits, '-' and '_'";

/// Names appear in `--set CONTENDER.PARAMETER=VALUE` and in lists with commas.
[[nodiscard]] inline bool is_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace shootout::suite
