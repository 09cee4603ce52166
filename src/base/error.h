// What went wrong, in words for the person at the terminal.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace shootout {

/// The exit codes that scripts rely on.
enum class ExitCode : int {
  done = 0,
  internal = 1,
  usage = 2,         ///< wrong usage, or a file of the user's that is wrong
  verification = 3,  ///< a target answered wrongly
  invalid = 4,       ///< the measurement is not valid
  environment = 5,   ///< something on this machine is in the way
  threshold = 99,
  interrupted = 130,
  terminated = 143,
};

/// A failure: what failed and on what, and what the person can do about it (may be empty).
struct Error {
  ExitCode code = ExitCode::internal;
  std::string what;
  std::string remedy;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for returning a failure: `return fail(ExitCode::usage, "...", "...")`.
[[nodiscard]] inline std::unexpected<Error> fail(ExitCode code, std::string what, std::string remedy = {}) {
  return std::unexpected(Error{code, std::move(what), std::move(remedy)});
}

/// Of several outcomes the one a script should see: 5, 3, 4, 99 in this order; an interruption before all.
[[nodiscard]] ExitCode worse(ExitCode a, ExitCode b);

/// The text of an errno value.
[[nodiscard]] std::string errno_text(int error_number);

}  // namespace shootout
