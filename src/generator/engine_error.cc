#include "generator/engine_error.h"

namespace shootout::generator {

Error translated(const engine::Error& error) {
  const auto code = [&] {
    switch (error.kind) {
      case engine::Error::Kind::bad_plan:
        return ExitCode::usage;
      case engine::Error::Kind::unreachable:
      case engine::Error::Kind::limits:
        return ExitCode::environment;
      default:
        return ExitCode::internal;
    }
  };
  return {code(), error.what, error.remedy};
}

}  // namespace shootout::generator
