#include "engine/histogram.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "engine/log_buckets.h"

namespace shootout::engine {
namespace {

using Buckets = LogBuckets<10>;

constexpr double kNanosecondsPerMicrosecond = 1000;

double microseconds(double nanoseconds) {
  return nanoseconds / kNanosecondsPerMicrosecond;
}

}  // namespace

Histogram::Histogram()
    : buckets_(static_cast<std::uint64_t*>(std::calloc(Buckets::kCount, sizeof(std::uint64_t)))),
      lowest_(Buckets::kCount) {
  if (buckets_ == nullptr) throw std::bad_alloc();
}

Histogram::Histogram(const Histogram& other) : Histogram() {
  merge(other);
}

Histogram& Histogram::operator=(const Histogram& other) {
  if (this != &other) *this = Histogram(other);
  return *this;
}

void Histogram::record(std::int64_t nanoseconds) {
  const std::size_t index = Buckets::index(nanoseconds);
  ++buckets_[index];
  lowest_ = std::min(lowest_, index);
  highest_ = std::max(highest_, index);
  if (count_ == 0 || nanoseconds < min_ns_) min_ns_ = nanoseconds;
  if (count_ == 0 || nanoseconds > max_ns_) max_ns_ = nanoseconds;
  ++count_;
  const auto value = static_cast<double>(nanoseconds);
  sum_ns_ += value;
  sum_squares_ns_ += value * value;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  for (std::size_t i = other.lowest_; i <= other.highest_; ++i) buckets_[i] += other.buckets_[i];
  lowest_ = std::min(lowest_, other.lowest_);
  highest_ = std::max(highest_, other.highest_);
  min_ns_ = count_ == 0 ? other.min_ns_ : std::min(min_ns_, other.min_ns_);
  max_ns_ = count_ == 0 ? other.max_ns_ : std::max(max_ns_, other.max_ns_);
  count_ += other.count_;
  sum_ns_ += other.sum_ns_;
  sum_squares_ns_ += other.sum_squares_ns_;
}

void Histogram::clear() {
  if (count_ > 0) std::fill(buckets_.get() + lowest_, buckets_.get() + highest_ + 1, 0);
  lowest_ = Buckets::kCount;
  highest_ = 0;
  count_ = 0;
  sum_ns_ = sum_squares_ns_ = 0;
  min_ns_ = max_ns_ = 0;
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : microseconds(sum_ns_ / static_cast<double>(count_));
}

double Histogram::stdev() const {
  if (count_ < 2) return 0;
  const auto n = static_cast<double>(count_);
  const double variance = (sum_squares_ns_ - sum_ns_ * sum_ns_ / n) / (n - 1);
  return microseconds(std::sqrt(std::max(variance, 0.0)));
}

double Histogram::min() const {
  return microseconds(static_cast<double>(min_ns_));
}
double Histogram::max() const {
  return microseconds(static_cast<double>(max_ns_));
}

std::uint64_t Histogram::rank(double q) const {
  // Nudged down, so that 0.999 of 1000 values is rank 999 although 0.999 * 1000 may come out a little above
  // it.
  const auto n = static_cast<double>(count_);
  const double exact = std::ceil(std::clamp(q, 0.0, 1.0) * n * (1 - 1e-12));
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact), 1, std::max<std::uint64_t>(count_, 1));
}

double Histogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const std::uint64_t wanted = rank(q);
  if (wanted == count_) return max();
  std::uint64_t seen = 0;
  for (std::size_t i = lowest_; i <= highest_; ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return std::clamp(microseconds(Buckets::middle(i)), min(), max());
  }
  return max();
}

std::uint64_t Histogram::count_beyond(double q) const {
  return count_ == 0 ? 0 : count_ - rank(q);
}

double Histogram::within_one_stdev() const {
  if (count_ == 0) return 0;
  const double low = mean() - stdev(), high = mean() + stdev();
  std::uint64_t within = 0;
  for (std::size_t i = lowest_; i <= highest_; ++i) {
    const double value = std::clamp(microseconds(Buckets::middle(i)), min(), max());
    if (value >= low && value <= high) within += buckets_[i];
  }
  return static_cast<double>(within) / static_cast<double>(count_);
}

std::vector<Histogram::RecordedValue> Histogram::recorded() const {
  std::vector<RecordedValue> values;
  for (const auto& [index, count] : filled_buckets()) {
    values.push_back({.lowest_us = microseconds(static_cast<double>(Buckets::lowest(index))),
                      .highest_us = microseconds(static_cast<double>(Buckets::highest(index))),
                      .count = count});
  }
  return values;
}

std::vector<std::pair<std::uint32_t, std::uint64_t>> Histogram::filled_buckets() const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> filled;
  for (std::size_t i = lowest_; i <= highest_ && i < Buckets::kCount; ++i) {
    if (buckets_[i] > 0) filled.emplace_back(static_cast<std::uint32_t>(i), buckets_[i]);
  }
  return filled;
}

Histogram::Exact Histogram::exact() const {
  return {microseconds(sum_ns_), sum_squares_ns_ / (kNanosecondsPerMicrosecond * kNanosecondsPerMicrosecond),
          min(), max()};
}

bool Histogram::restore(std::span<const std::pair<std::uint32_t, std::uint64_t>> buckets,
                        const Exact& exact) {
  const double longest =
      1e15;  // ten days, in microseconds: far beyond any wait, well inside 64 bits of nanoseconds
  if (!(exact.min_us >= 0 && exact.max_us >= exact.min_us && exact.max_us <= longest) || exact.sum_us < 0 ||
      exact.sum_squares_us < 0) {
    return false;
  }
  const bool in_range = std::ranges::all_of(
      buckets, [](const auto& bucket) { return bucket.first < Buckets::kCount && bucket.second > 0; });
  if (!in_range) return false;
  clear();
  for (const auto& [index, n] : buckets) {
    buckets_[index] += n;
    count_ += n;
    lowest_ = std::min<std::size_t>(lowest_, index);
    highest_ = std::max<std::size_t>(highest_, index);
  }
  sum_ns_ = exact.sum_us * kNanosecondsPerMicrosecond;
  sum_squares_ns_ = exact.sum_squares_us * kNanosecondsPerMicrosecond * kNanosecondsPerMicrosecond;
  min_ns_ = std::llround(exact.min_us * kNanosecondsPerMicrosecond);
  max_ns_ = std::llround(exact.max_us * kNanosecondsPerMicrosecond);
  return true;
}

}  // namespace shootout::engine
