#include "observe/port_use.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace shootout::observe {

double ports_in_use_percent(const std::vector<TcpPair>& pairs, std::pair<int, int> range) {
  std::map<std::tuple<decltype(TcpPair::local_address), decltype(TcpPair::remote_address), std::uint16_t>,
           size_t>
      taken;
  size_t most = 0;
  for (const auto& pair : pairs) {
    if (pair.local_port < range.first || pair.local_port > range.second) continue;
    most = std::max(most, ++taken[{pair.local_address, pair.remote_address, pair.remote_port}]);
  }
  return 100.0 * static_cast<double>(most) / (range.second - range.first + 1);
}

}  // namespace shootout::observe
