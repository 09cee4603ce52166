#include "engine/level.h"

#include <algorithm>
#include <cmath>

namespace shootout::engine {

Level::Level(std::span<const Stage> stages, Nanoseconds begin) : begin_(begin) {
  for (const Stage& stage : stages) {
    pieces_.push_back({stage, end_s_, sum_});
    end_s_ += stage.duration_s;
    sum_ += (stage.from + stage.to) / 2 * stage.duration_s;
  }
}

/// The piece that a time lies in.
const Level::Piece& Level::piece_at(double time_s) const {
  const auto after = std::ranges::upper_bound(pieces_, time_s, {}, &Piece::begin_s);
  return after == pieces_.begin() ? pieces_.front() : *(after - 1);
}

double Level::at(Nanoseconds time) const {
  const double time_s = seconds(time - begin_);
  const Piece& piece = piece_at(time_s);
  const double share = std::clamp((time_s - piece.begin_s) / piece.stage.duration_s, 0.0, 1.0);
  return piece.stage.from + (piece.stage.to - piece.stage.from) * share;
}

Nanoseconds Level::next_change(Nanoseconds time, Nanoseconds resolution) const {
  if (time < begin_) return begin_;
  if (time >= end()) return kNever;
  const Piece& piece = piece_at(seconds(time - begin_));
  const Nanoseconds piece_end = begin_ + from_seconds(piece.begin_s + piece.stage.duration_s);
  if (piece.stage.from == piece.stage.to) return std::max(piece_end, time + 1);
  return std::clamp(time + resolution, time + 1, std::max(piece_end, time + 1));
}

Nanoseconds Level::when(double sum) const {
  for (const Piece& piece : pieces_) {
    const auto& [from, to, duration_s] = piece.stage;
    const double left = sum - piece.sum_before;
    if (left >= (from + to) / 2 * duration_s) continue;
    if (left <= 0) return begin_ + from_seconds(piece.begin_s);
    // from * t + slope / 2 * t^2 = left, solved in the form that does not cancel.
    const double slope = (to - from) / duration_s;
    const double time_s = 2 * left / (from + std::sqrt(std::max(from * from + 2 * slope * left, 0.0)));
    return begin_ + from_seconds(piece.begin_s + std::min(time_s, duration_s));
  }
  return kNever;
}

}  // namespace shootout::engine
