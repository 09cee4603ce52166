#include "cli/machine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "cli/interrupt.h"
#include "launch/server_set.h"

namespace shootout::cli {

Result<launch::MachineLock> take_machine(const std::string& what, bool quiet) {
  bool said = false;
  for (;;) {
    auto lock = launch::MachineLock::try_acquire(fmt::format("{} (pid {})", what, ::getpid()));
    if (!lock) return std::unexpected(lock.error());
    if (*lock) {
      if (auto strays = launch::end_strays(); !strays) return std::unexpected(strays.error());
      return std::move(**lock);
    }
    if (!said && !quiet) {
      const auto holder = launch::MachineLock::holder();
      fmt::print(stderr, "shootout: waiting: {} measures on this machine\n",
                 holder && *holder ? fmt::format("{} (since {})", (*holder)->what, (*holder)->since)
                                   : "another shootout");
      said = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    if (interrupted()) return fail(interruption(), "interrupted while waiting for the machine");
  }
}

}  // namespace shootout::cli
