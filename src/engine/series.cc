#include "engine/series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace shootout::engine {
namespace {

constexpr std::size_t kAllIntervals = std::numeric_limits<std::size_t>::max();

}  // namespace

void Slice::add(const Slice& other) {
  sent += other.sent;
  completed += other.completed;
  for (std::size_t i = 0; i < errors.size(); ++i) errors[i] += other.errors[i];
  bytes_sent += other.bytes_sent;
  bytes_received += other.bytes_received;
  latency_count += other.latency_count;
  for (std::size_t i = 0; i < latencies.size(); ++i) latencies[i] += other.latencies[i];
}

double Slice::quantile(double q) const {
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(latency_count))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    seen += latencies[i];
    if (seen >= wanted) return Buckets::middle(i) / static_cast<double>(kMicrosecond);
  }
  return 0;
}

void Series::add(std::size_t thread, Nanoseconds time, const Slice& slice, std::uint64_t connections) {
  // What was counted until an interval's very end belongs to it.
  const auto interval = static_cast<std::size_t>(std::max<Nanoseconds>(time - 1, 0) / interval_);
  const std::lock_guard lock(mutex_);
  intervals_done_[thread] = std::max(intervals_done_[thread], interval);
  recent_.add(slice);
  close_intervals();
  connections_[thread] = connections;
  while (points_.size() + open_.size() <= interval) open_.emplace_back();
  open_[interval - points_.size()].add(slice);
}

void Series::thread_done(std::size_t thread) {
  const std::lock_guard lock(mutex_);
  intervals_done_[thread] = kAllIntervals;
  close_intervals();
}

void Series::close_intervals() {
  const std::size_t closed = std::ranges::min(intervals_done_);
  while (!open_.empty() && points_.size() < closed) {
    const Slice& whole = open_.front();
    points_.push_back({.t_s = seconds(static_cast<Nanoseconds>(points_.size() + 1) * interval_),
                       .completed = whole.completed,
                       .errors = whole.errors,
                       .bytes_sent = whole.bytes_sent,
                       .bytes_received = whole.bytes_received,
                       .connections = std::reduce(connections_.begin(), connections_.end()),
                       .p50_us = whole.quantile(0.5),
                       .p99_us = whole.quantile(0.99)});
    open_.pop_front();
  }
}

std::uint64_t Series::connections() const {
  const std::lock_guard lock(mutex_);
  return std::reduce(connections_.begin(), connections_.end());
}

Slice Series::take_recent() {
  const std::lock_guard lock(mutex_);
  const Slice taken = recent_;
  recent_.latency_count = 0;
  recent_.latencies.fill(0);
  return taken;
}

std::vector<SeriesPoint> Series::points(double end_s) const {
  const std::lock_guard lock(mutex_);
  std::vector<SeriesPoint> points = points_;
  if (!points.empty()) points.back().t_s = std::min(points.back().t_s, end_s);
  return points;
}

}  // namespace shootout::engine
