// py-spy (https://github.com/benfred/py-spy): which functions the processes of a Python server are in, many
// times a second. It looks from outside; nothing is changed in the server.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace shootout::observe {

struct ProfilerOptions {
  std::filesystem::path program;  ///< py-spy
  pid_t root = 0;                 ///< of the server; its children are looked at, too
  unsigned seconds = 30;          ///< then it ends by itself
  bool native = true;             ///< frames of C, C++ and Rust between those of Python
  std::filesystem::path output;   ///< folded stacks, "outer;inner COUNT"; of threads that were running alone
};

/// Samples of every thread a second.
inline constexpr unsigned kProfilerRate = 100;

/// The command that takes the profile.
[[nodiscard]] std::vector<std::string> profiler_command(const ProfilerOptions& options);

/// Whether the kernel lets us look into this process of the server; exit code 5 where it does not, or where
/// the process is gone.
[[nodiscard]] Result<void> may_be_looked_at(pid_t process, const std::string& server);

/// How a profiler went, from its exit status and its output.
struct ProfilerOutcome {
  std::optional<Error> error;  ///< why there is no profile
  bool may_be_native = false;  ///< the error may be one of native frames alone: without them it may go
  unsigned lost = 0;           ///< samples that it could not take
};
/// `server`: its name, for the error. Exit code 5 where the kernel lets nobody look; 2 where it is no Python
/// program.
[[nodiscard]] ProfilerOutcome profiler_outcome(int status, std::string_view output,
                                               const std::string& server);

}  // namespace shootout::observe
