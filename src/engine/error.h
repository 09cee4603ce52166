// The engine's own failures. The engine depends on nothing else of shootout, so that others can embed it.
#pragma once

#include <expected>
#include <string>

namespace shootout::engine {

/// What failed and on what; `remedy` may be empty. `kind` lets an embedding program react.
struct Error {
  enum class Kind {
    bad_plan,     ///< the plan itself is wrong (a URL without a host, zero connections ...)
    unreachable,  ///< nothing answers where the plan points: a name that does not resolve, no listener
    limits,       ///< this machine does not allow it: open files, ports, memory
    system,       ///< a system call failed that should not
  };
  Kind kind = Kind::system;
  std::string what;
  std::string remedy;
};

template <class T>
using Result = std::expected<T, Error>;

}  // namespace shootout::engine
