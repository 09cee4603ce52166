// The ranges of a cell's counts.
#pragma once

namespace shootout::suite {

constexpr int kMostConnections = 100'000;
constexpr int kMostRequests = 1'000'000;                         ///< on one connection
constexpr int kMostUpstreamCalls = 1'000'000;                    ///< of one answer
constexpr int kMostBodyBytes = 1 << 30;                          ///< of one answer
constexpr double kLowestRate = 0.01, kHighestRate = 10'000'000;  ///< requests/s of an open loop

}  // namespace shootout::suite
