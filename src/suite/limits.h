// The ranges of a cell's counts.
#pragma once

namespace shootout::suite {

constexpr int kMostConnections = 100'000;
constexpr int kMostRequests = 1'000'000;       ///< on one connection
constexpr int kMostUpstreamCalls = 1'000'000;  ///< of one answer

}  // namespace shootout::suite
