#include "engine/schedule.h"

#include <cmath>
#include <utility>

namespace shootout::engine {
namespace {

/// The threads' streams lie far from those that fill the requests (random_words.h).
constexpr std::uint64_t kFirstStream = std::uint64_t{1} << 32;

}  // namespace

Schedule::Schedule(Level rates, Arrivals arrivals, std::uint64_t seed, std::size_t thread,
                   std::size_t threads)
    : rates_(std::move(rates)),
      arrivals_(arrivals),
      random_(seed, kFirstStream + thread),
      threads_(static_cast<double>(threads)) {
  if (arrivals_ == Arrivals::constant) {
    sum_ = static_cast<double>(thread);
    next_ = planned();
  } else {
    advance();
  }
}

void Schedule::advance() {
  sum_ += arrivals_ == Arrivals::constant ? threads_ : -std::log1p(-random_.unit(drawn_++)) * threads_;
  next_ = planned();
}

Nanoseconds Schedule::planned() const {
  // So that rounding plans no request more than rate x duration.
  constexpr double kRounding = 1e-6;
  if (sum_ > rates_.sum() - kRounding) return kNever;
  const Nanoseconds time = rates_.when(sum_);
  return time < end_ ? time : kNever;
}

void Schedule::cut(Nanoseconds end) {
  end_ = end;
  if (next_ >= end_) next_ = kNever;
}

}  // namespace shootout::engine
