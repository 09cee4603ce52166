#include "base/error.h"

#include <system_error>

namespace shootout {
namespace {

int weight(ExitCode code) {
  switch (code) {
    case ExitCode::done:
      return 0;
    case ExitCode::threshold:
      return 1;
    case ExitCode::invalid:
      return 2;
    case ExitCode::verification:
      return 3;
    case ExitCode::environment:
      return 4;
    case ExitCode::usage:
      return 5;
    case ExitCode::internal:
      return 6;
    case ExitCode::interrupted:
      return 7;
    case ExitCode::terminated:
      return 8;
  }
  return 6;
}

}  // namespace

ExitCode worse(ExitCode a, ExitCode b) {
  return weight(a) >= weight(b) ? a : b;
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace shootout
