#include "engine/rate_meter.h"

#include <algorithm>
#include <cmath>

namespace shootout::engine {

void RateMeter::start(Nanoseconds now, Nanoseconds window) {
  constexpr Nanoseconds kMostIntervals = 36'000;  // an hour
  last_ = now;
  intervals_.reserve(static_cast<std::size_t>(std::min(window / kInterval + 2, kMostIntervals)));
}

void RateMeter::sample(std::uint64_t completed, Nanoseconds now) {
  const Nanoseconds elapsed = now - last_;
  if (elapsed < kInterval / 2) return;
  const double rate = static_cast<double>(completed - last_completed_) / seconds(elapsed);
  last_ = now;
  last_completed_ = completed;
  if (intervals_.size() < intervals_.capacity()) intervals_.push_back(rate);
  // Welford's running mean and variance.
  ++count_;
  const double off = rate - mean_;
  mean_ += off / count_;
  squares_ += off * (rate - mean_);
  max_ = std::max(max_, rate);
}

ThreadRate RateMeter::rate() const {
  return {.mean = mean_,
          .stdev = count_ > 1 ? std::sqrt(squares_ / (count_ - 1)) : 0,
          .max = max_,
          .intervals = intervals_};
}

}  // namespace shootout::engine
