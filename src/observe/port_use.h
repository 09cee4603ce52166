// How many of the ports for outgoing connections are taken.
#pragma once

#include <utility>
#include <vector>

#include "observe/socket_dump.h"

namespace shootout::observe {

/// Local ports of the range (first, last) in use towards the busiest remote address and port, in percent of
/// the range: a port may serve again for another destination, but not for the same one (ip(7)). 0 to 100.
[[nodiscard]] double ports_in_use_percent(const std::vector<TcpPair>& pairs, std::pair<int, int> range);

}  // namespace shootout::observe
