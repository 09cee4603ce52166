// The connections of an open loop that wait for something to send.
#pragma once

#include <cstddef>
#include <vector>

namespace shootout::engine {

class Connection;

/// First in, first out, so that all connections, and with them all of a server's workers, have their part of
/// the load. Those that are open come before those that the server has closed.
class ParkedConnections {
 public:
  void push(Connection& connection);
  /// The next one, or null.
  Connection* pop();

 private:
  /// A ring that grows only when more wait than ever before. An entry whose connection is no longer parked,
  /// or no longer open, is passed over.
  class Ring {
   public:
    void push(Connection* connection);
    Connection* pop();

   private:
    std::vector<Connection*> slots_;
    std::size_t first_ = 0, size_ = 0;
  };
  Ring open_, closed_;
};

}  // namespace shootout::engine
