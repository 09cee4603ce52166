#include "engine/rate_meter.h"

#include <algorithm>
#include <cmath>

namespace shootout::engine {

void RateMeter::sample(std::uint64_t completed, Nanoseconds now) {
  const Nanoseconds elapsed = now - last_;
  if (elapsed < kInterval / 2) return;
  const double rate = static_cast<double>(completed - last_completed_) / seconds(elapsed);
  last_ = now;
  last_completed_ = completed;
  // Welford's running mean and variance.
  ++count_;
  const double off = rate - mean_;
  mean_ += off / count_;
  squares_ += off * (rate - mean_);
  max_ = std::max(max_, rate);
}

ThreadRate RateMeter::rate() const {
  return {.mean = mean_, .stdev = count_ > 1 ? std::sqrt(squares_ / (count_ - 1)) : 0, .max = max_};
}

}  // namespace shootout::engine
