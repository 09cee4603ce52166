// A load interval by interval, and how it goes right now.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "engine/clock.h"
#include "engine/load_result.h"
#include "engine/log_buckets.h"

namespace shootout::engine {

/// What a thread counted over a short time. Its latencies are kept to 1/128: enough for a line in a chart,
/// and small enough to be handed over ten times a second.
struct Slice {
  using Buckets = LogBuckets<6>;

  std::uint64_t sent = 0, completed = 0, bytes_sent = 0, bytes_received = 0;
  std::uint64_t latency_count = 0;
  std::array<std::uint64_t, kErrorClasses> errors{};
  std::array<std::uint32_t, Buckets::kCount> latencies{};

  void record_latency(Nanoseconds latency) {
    ++latency_count;
    ++latencies[Buckets::index(latency)];
  }
  void add(const Slice& other);
  /// Microseconds; 0 where there are no latencies.
  [[nodiscard]] double quantile(double q) const;
};

/// Joins the threads' slices. Thread-safe; its memory grows only by one SeriesPoint an interval.
class Series {
 public:
  /// `interval`: a point's length, > 0.
  explicit Series(std::size_t threads, Nanoseconds interval = kSecond)
      : interval_(interval), intervals_done_(threads, 0), connections_(threads, 0) {}

  [[nodiscard]] Nanoseconds interval() const { return interval_; }

  /// A thread's slice that was counted until `time` after the window's start, and how many connections it has
  /// open now. A slice lies whole in one interval; a thread's times only go up.
  void add(std::size_t thread, Nanoseconds time, const Slice& slice, std::uint64_t connections);
  /// The thread has nothing more to add.
  void thread_done(std::size_t thread);

  /// All so far but the latencies, which are those since the last call.
  Slice take_recent();
  /// Open at the threads' last word.
  [[nodiscard]] std::uint64_t connections() const;

  /// The points; the last one ends at `end_s`. After all threads are done.
  [[nodiscard]] std::vector<SeriesPoint> points(double end_s) const;

 private:
  void close_intervals();

  const Nanoseconds interval_;
  mutable std::mutex mutex_;
  std::vector<std::size_t> intervals_done_;  ///< a thread's: those below this are complete
  std::vector<std::uint64_t> connections_;   ///< a thread's, at its last word
  std::deque<Slice> open_;  ///< intervals that some thread may still add to, from points_.size() on
  std::vector<SeriesPoint> points_;
  Slice recent_;
};

}  // namespace shootout::engine
