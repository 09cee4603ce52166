// What the commands share: each adds itself to the command line and says what it would do.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"

namespace shootout::cli {

/// What a command does once the whole command line has been read.
using Action = std::function<shootout::ExitCode()>;

/// The command that was named; filled by its CLI11 callback.
struct Chosen {
  Action action;
};

/// Prints "shootout: WHAT" and the remedy to stderr; the exit code to end with.
ExitCode report_error(const Error& error);

/// Whether text for people may be coloured: the stream is a terminal and NO_COLOR is not set.
[[nodiscard]] bool colour_allowed(int fd);
/// The terminal's width in columns; 80 where the stream is none.
[[nodiscard]] int columns_of(int fd);

/// Writes data to stdout whole; a full disk or a closed pipe is an error, not a silence.
Result<void> print_data(const std::string& text);

}  // namespace shootout::cli
