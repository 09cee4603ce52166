// A load's level over time: connections, or requests per second.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/clock.h"
#include "engine/load_plan.h"
#include "engine/timer_queue.h"

namespace shootout::engine {

/// Stages one after the other from `begin` on, with what they sum up to. Times are monotonic.
class Level {
 public:
  Level(std::span<const Stage> stages, Nanoseconds begin);

  [[nodiscard]] Nanoseconds begin() const { return begin_; }
  [[nodiscard]] Nanoseconds end() const { return begin_ + from_seconds(end_s_); }
  /// The level at a time; before the begin and after the end that of the first and last stage. Where a stage
  /// follows another, its own.
  [[nodiscard]] double at(Nanoseconds time) const;
  /// When the level may be another than at `time`: the next stage's begin, or one step of `resolution` on
  /// where it rises or falls. kNever: not any more.
  [[nodiscard]] Nanoseconds next_change(Nanoseconds time, Nanoseconds resolution) const;
  /// The level's integral over all stages: how many requests, where it is requests per second.
  [[nodiscard]] double sum() const { return sum_; }
  /// When the integral since the begin goes beyond `sum`; kNever: not before the end.
  [[nodiscard]] Nanoseconds when(double sum) const;

 private:
  struct Piece {
    Stage stage;
    double begin_s = 0, sum_before = 0;
  };
  [[nodiscard]] const Piece& piece_at(double time_s) const;

  std::vector<Piece> pieces_;  ///< at least one
  Nanoseconds begin_;
  double end_s_ = 0, sum_ = 0;
};

}  // namespace shootout::engine
