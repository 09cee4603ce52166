#include "engine/parked.h"

#include <algorithm>

#include "engine/connection.h"

namespace shootout::engine {

void ParkedConnections::Ring::push(Connection* connection) {
  if (size_ == slots_.size()) {
    std::ranges::rotate(slots_, slots_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
    slots_.resize(std::max<std::size_t>(16, 2 * slots_.size()));
  }
  slots_[(first_ + size_++) % slots_.size()] = connection;
}

Connection* ParkedConnections::Ring::pop() {
  if (size_ == 0) return nullptr;
  Connection* const connection = slots_[first_];
  first_ = (first_ + 1) % slots_.size();
  --size_;
  return connection;
}

void ParkedConnections::push(Connection& connection) {
  (connection.is_open() ? open_ : closed_).push(&connection);
}

Connection* ParkedConnections::pop() {
  while (Connection* const connection = open_.pop()) {
    if (connection->is_parked() && connection->is_open()) return connection;
  }
  while (Connection* const connection = closed_.pop()) {
    if (connection->is_parked()) return connection;
  }
  return nullptr;
}

}  // namespace shootout::engine
