// A latency histogram of bounded size and bounded relative error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace shootout::engine {

/// Counts of microseconds from 1 us to 1 h (above: the last bucket, the maximum stays exact) with a relative
/// error of at most 1/2048 (three significant digits): buckets of equal width within each power of two, after
/// Tene's HdrHistogram. Recording is a few instructions and allocates nothing. Merging is exact.
class Histogram {
 public:
  Histogram();
  Histogram(const Histogram& other);
  Histogram(Histogram&&) noexcept = default;
  Histogram& operator=(const Histogram& other);
  Histogram& operator=(Histogram&&) noexcept = default;
  ~Histogram() = default;

  /// One value, nanoseconds. Kept with the histogram's resolution; sum and extremes are exact.
  void record(std::int64_t nanoseconds);
  void merge(const Histogram& other);
  void clear();

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Microseconds; meaningful where count() > 0.
  [[nodiscard]] double mean() const;
  [[nodiscard]] double stdev() const;
  [[nodiscard]] double min() const;
  [[nodiscard]] double max() const;
  /// The smallest recorded value such that at least q (0 to 1) of all values are at or below it,
  /// microseconds.
  [[nodiscard]] double quantile(double q) const;
  /// How many values lie above the q quantile's rank: count() * (1 - q), rounded down.
  [[nodiscard]] std::uint64_t count_beyond(double q) const;
  /// The share of values within one standard deviation of the mean.
  [[nodiscard]] double within_one_stdev() const;

  /// What it holds, ascending: so many values from `lowest_us` to `highest_us`, whole nanoseconds that it
  /// cannot tell apart.
  struct RecordedValue {
    double lowest_us = 0, highest_us = 0;
    std::uint64_t count = 0;
  };
  [[nodiscard]] std::vector<RecordedValue> recorded() const;

  /// For storing: the buckets that hold something, as (index, count), ascending.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> filled_buckets() const;
  /// The inverse of filled_buckets() plus the exact sums; values outside the range are refused (false).
  struct Exact {
    double sum_us = 0, sum_squares_us = 0, min_us = 0, max_us = 0;
  };
  [[nodiscard]] Exact exact() const;
  [[nodiscard]] bool restore(std::span<const std::pair<std::uint32_t, std::uint64_t>> buckets,
                             const Exact& exact);

 private:
  [[nodiscard]] std::uint64_t rank(double q) const;

  struct Free {
    void operator()(std::uint64_t* counts) const { std::free(counts); }
  };

  /// Of calloc(), which takes pages that the kernel only makes when they are written to: what a histogram
  /// takes of the memory is where its values lie.
  std::unique_ptr<std::uint64_t[], Free> buckets_;
  std::size_t lowest_,
      highest_ = 0;  ///< the filled buckets lie between these: merge() and clear() touch no others
  std::uint64_t count_ = 0;
  double sum_ns_ = 0, sum_squares_ns_ = 0;
  std::int64_t min_ns_ = 0, max_ns_ = 0;
};

}  // namespace shootout::engine
