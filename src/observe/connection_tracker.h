// What successive looks at a tree's connections add up to.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "observe/connections.h"

namespace shootout::observe {

/// Bytes on sockets, loopback included.
struct NetworkBytes {
  std::int64_t received = 0, sent = 0;
};

/// Adds up looks at one tree. Each figure is a lower bound: a connection that lives between two looks is
/// never seen, and what a socket carries between the last look and its end is not counted.
class ConnectionTracker {
 public:
  /// `listen_port` (0: none): whose connections are told by process.
  explicit ConnectionTracker(std::uint16_t listen_port) : listen_port_(listen_port) {}

  void add(const std::vector<Connection>& now);

  /// Leaves out of bytes() what the sockets have carried so far.
  void count_bytes_from_here();

  /// On all sockets that the tree was ever seen to hold, since they were opened or since
  /// count_bytes_from_here().
  [[nodiscard]] NetworkBytes bytes() const;

  /// The number of different connections on the listening port that each process was seen to hold.
  [[nodiscard]] std::map<pid_t, std::uint64_t> by_process() const;

  /// Those on the listening port that were only ever seen waiting. Where connections are shorter than the
  /// time between two looks, some of these may have been accepted after all.
  [[nodiscard]] std::uint64_t never_accepted() const;

 private:
  struct Seen {
    Connection last;
    bool accepted = false;
    NetworkBytes before;  // what does not count
    int looks_missed = 0;
  };
  struct Totals {
    NetworkBytes bytes;
    std::map<pid_t, std::uint64_t> by_process;
    std::uint64_t never_accepted = 0;
  };
  void count(const Seen& connection, Totals& totals) const;
  [[nodiscard]] Totals totals() const;

  std::uint16_t listen_port_;
  std::unordered_map<std::uint64_t, Seen> open_;  // by cookie
  Totals closed_;
};

}  // namespace shootout::observe
