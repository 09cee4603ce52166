// When an open loop's requests are planned.
#pragma once

#include <cstdint>

#include "engine/clock.h"
#include "engine/level.h"
#include "engine/load_plan.h"
#include "engine/random_words.h"

namespace shootout::engine {

/// The planned times of one thread's requests, one after the other, computed as they are asked for: however
/// far the answers fall behind, nothing has to be remembered. All threads together have the level's rate:
/// constant arrivals are dealt out in turn, and Poisson arrivals at a part of the rate sum up to ones at the
/// whole (of a rate that varies: by inversion of the integral, Cinlar 1975).
class Schedule {
 public:
  Schedule(Level rates, Arrivals arrivals, std::uint64_t seed, std::size_t thread, std::size_t threads);

  /// The next request's planned time; kNever: there is none.
  [[nodiscard]] Nanoseconds next() const { return next_; }
  void advance();
  /// Nothing is planned at `end` or later.
  void cut(Nanoseconds end);

 private:
  [[nodiscard]] Nanoseconds planned() const;

  Level rates_;
  Arrivals arrivals_;
  RandomWords random_;
  std::uint64_t drawn_ = 0;
  double threads_;
  double sum_ = 0;  ///< the rate's integral at the next request
  Nanoseconds end_ = kNever, next_ = 0;
};

}  // namespace shootout::engine
