// What can be known to be wrong before any load is offered.
#pragma once

#include <span>

#include "engine/error.h"
#include "engine/socket.h"
#include "engine/url.h"

namespace shootout::engine {

/// The first of the name's addresses that accepts a connection; the probing connection is closed again.
/// Fails (unreachable) where the name does not resolve, or nothing accepts within `timeout_s`.
[[nodiscard]] Result<Address> find_target(const Url& url, double timeout_s);

/// Raises this process's soft limit of open files so that `connections` more can be open over `threads` event
/// loops. Fails (limits) where the hard limit forbids it.
[[nodiscard]] Result<void> allow_open_files(unsigned connections, unsigned threads);

/// Fails (limits) where this process may not run on one of these CPUs.
[[nodiscard]] Result<void> check_cpus(std::span<const int> cpus);

/// Pins the calling thread to a CPU; false where that is not allowed.
bool pin_this_thread(int cpu);

}  // namespace shootout::engine
