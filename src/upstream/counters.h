// What proves, after a trial, that the calls a contender claims were really made.
#pragma once

#include <algorithm>
#include <cstdint>

namespace shootout::upstream {

/// Of valid /slow-io requests. At any time received = answered + abandoned + waiting.
class Counters {
 public:
  void receive() {
    ++received_;
    max_waiting_ = std::max(max_waiting_, waiting());
  }
  /// Its answer is on its way to the socket.
  void answer() { ++answered_; }
  /// Its client went away before the answer.
  void abandon() { ++abandoned_; }
  /// Begins a new peak, at what is waiting now. The other counters only ever rise.
  void reset_peak() { max_waiting_ = waiting(); }

  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }
  [[nodiscard]] std::uint64_t abandoned() const { return abandoned_; }
  [[nodiscard]] std::uint64_t waiting() const { return received_ - answered_ - abandoned_; }
  [[nodiscard]] std::uint64_t max_waiting() const { return max_waiting_; }

 private:
  std::uint64_t received_ = 0, answered_ = 0, abandoned_ = 0, max_waiting_ = 0;
};

}  // namespace shootout::upstream
