// What a thread of the load counts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/clock.h"
#include "engine/histogram.h"
#include "engine/load_result.h"
#include "engine/series.h"
#include "engine/timer_queue.h"

namespace shootout::engine {

/// The time that counts, monotonic: from begin, before end.
struct Window {
  Nanoseconds begin = 0;
  Nanoseconds end = kNever;

  [[nodiscard]] bool contains(Nanoseconds time) const { return time >= begin && time < end; }
  /// How much of the time from `from` to `to` lies inside.
  [[nodiscard]] Nanoseconds overlap(Nanoseconds from, Nanoseconds to) const {
    const Nanoseconds inside = (to < end ? to : end) - (from > begin ? from : begin);
    return inside > 0 ? inside : 0;
  }
};

/// How an exchange went.
struct Timing {
  Nanoseconds sent = 0, first_byte = 0, done = 0;
};

/// Counts one thread's requests: those that were sent inside the window, and of the rates what completed
/// inside it. Each request goes through sent() and then exactly one of answered(), failed() and unanswered();
/// one that could not even be sent goes through refused() alone. Nothing here allocates but the few offences.
class Recorder {
 public:
  explicit Recorder(Window window) : window_(window) {}

  [[nodiscard]] const Window& window() const { return window_; }
  /// The window ends earlier than planned: at `end`, which is not in the past.
  void cut_window(Nanoseconds end) { window_.end = end; }

  void sent(Nanoseconds now);
  void answered(const Timing& timing, int status);
  /// A whole answer, but of a status that is not accepted or failing a check.
  void answered_wrongly(const Timing& timing, int status, ErrorClass error);
  void failed(Nanoseconds sent, Nanoseconds now, ErrorClass error);
  void unanswered(Nanoseconds sent, Nanoseconds now);
  /// Its connection could not be made.
  void refused(Nanoseconds now);

  void bytes_sent(std::size_t bytes, Nanoseconds now) {
    if (now >= window_.begin) bytes_sent_ += bytes;
  }
  void bytes_received(std::size_t bytes, Nanoseconds now) {
    if (now < window_.begin) return;
    bytes_received_ += bytes;
    if (now < window_.end) slice_.bytes_received += bytes;
  }
  void opened(Nanoseconds now) { ++connections_opened_, last_opened_ = now; }
  void never_served() { ++connections_never_served_; }
  void closed_by_server_idle(Nanoseconds now) {
    if (now >= window_.begin) ++closed_by_server_idle_;
  }

  /// Whether another offence of this class will be kept: the first few are.
  [[nodiscard]] bool wants_offence(ErrorClass error) const;
  void keep_offence(Offence offence) { offences_.push_back(std::move(offence)); }

  /// What was counted since the last call and is not yet in the sums.
  void take_slice(Slice& into);
  /// Completions inside the window so far.
  [[nodiscard]] std::uint64_t completed_in_window() const { return completed_in_window_ + slice_.completed; }
  [[nodiscard]] Nanoseconds last_done() const { return last_done_; }

  /// Adds everything to a result, after the load. Means over time (concurrency_mean, waited_in_window_s) are
  /// added as plain seconds.
  void add_to(LoadResult& result) const;
  [[nodiscard]] Nanoseconds last_opened() const { return last_opened_; }

 private:
  void change_in_flight(int by, Nanoseconds now);
  void finish(Nanoseconds sent, Nanoseconds now);
  void complete(const Timing& timing, int status);
  void count_error(Nanoseconds now, ErrorClass error);

  static constexpr std::size_t kOffencesOfAClass = 3;

  Window window_;
  std::int64_t in_flight_ = 0;
  Nanoseconds in_flight_since_ = 0;
  Nanoseconds in_flight_integral_ = 0, waited_ = 0;  ///< inside the window
  Nanoseconds last_done_ = 0, last_opened_ = 0;

  std::uint64_t started_ = 0, completed_ = 0, succeeded_ = 0, unanswered_ = 0;
  std::uint64_t bytes_sent_ = 0, bytes_received_ = 0;
  std::uint64_t completed_in_window_ = 0, bytes_received_in_window_ = 0;
  std::uint64_t connections_opened_ = 0, connections_never_served_ = 0, closed_by_server_idle_ = 0;
  std::array<std::uint64_t, kErrorClasses> errors_{};
  std::array<std::uint64_t, 1000> status_{};
  /// Most answers come in one piece: first byte and last are one time, and one record is enough for both.
  Histogram in_one_piece_, latency_, first_byte_;
  Slice slice_;
  std::vector<Offence> offences_;
};

}  // namespace shootout::engine
