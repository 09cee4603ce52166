// The ranges of a cell's counts.
#pragma once

#include <cstdint>

namespace shootout::suite {

constexpr int kMostConnections = 100'000;
constexpr int kMostThreads = 1024;                               ///< of the generator
constexpr int kMostRequests = 1'000'000;                         ///< on one connection
constexpr int kMostUpstreamCalls = 1'000'000;                    ///< of one answer
constexpr int kMostRows = 1'000'000;                             ///< of one answer
constexpr int kMostBodyBytes = 1 << 30;                          ///< of one answer
constexpr double kHighestCeiling = 1000;                         ///< times a contender's rate
constexpr double kLowestRate = 0.01, kHighestRate = 10'000'000;  ///< requests/s of an open loop

// As the engine has them.
constexpr std::uint64_t kMostUploadBytes = std::uint64_t{4} << 30;  ///< of one body or message
constexpr int kMostVariants = 64;                                   ///< of an upload
constexpr int kMostInFlight = 10'000;                               ///< messages on one connection

}  // namespace shootout::suite
