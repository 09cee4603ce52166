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

/// ServerSet::wait_ready(), with `ask` for the server's processes.
Result<void> wait_until_ready(const Server& server, const std::function<Result<TreeState>()>& ask,
                              const std::function<bool()>& stop_asked);

/// At most so many last lines of the file from the byte `from` on.
[[nodiscard]] std::vector<std::string> last_lines(const std::filesystem::path& file, std::uintmax_t from,
                                                  size_t count);

}  // namespace shootout::launch
