// When is a server ready? And if it never is: what was missing, and what its log says.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/server_set.h"

namespace shootout::launch {

/// A server's processes at one moment.
struct TreeState {
  std::vector<pid_t> pids;
  std::string ended;  ///< how the root ended; empty while it runs
};

/// What the server's guardian is asked for.
struct Questions {
  std::function<Result<TreeState>()> tree;
  std::function<Result<std::string>()> missing;  ///< of servers that are ready by a command of their own
  std::function<Result<void>()> furnish;         ///< runs what follows when it is ready
};

/// ServerSet::wait_ready().
Result<void> wait_until_ready(const Server& server, const Questions& ask,
                              const std::function<bool()>& stop_asked);

/// At most so many last lines of the file from the byte `from` on.
[[nodiscard]] std::vector<std::string> last_lines(const std::filesystem::path& file, std::uintmax_t from,
                                                  size_t count);

}  // namespace shootout::launch
