// What an installer's output says about why it failed.
#pragma once

#include <string>
#include <string_view>

namespace shootout::launch {

/// What the person can do about it: known causes are no network, a full disk, a wrong hash, a lock file that
/// leaves something out or does not fit this Python, and no compiler; otherwise the log is named.
[[nodiscard]] std::string remedy_for(std::string_view output, std::string_view log_file);

/// The last lines of a text, indented, without empty ones.
[[nodiscard]] std::string last_lines(std::string_view text, std::size_t count);

}  // namespace shootout::launch
