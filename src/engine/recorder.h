// What a thread of the load counts.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/clock.h"
#include "engine/histogram.h"
#include "engine/load_plan.h"
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
  Nanoseconds planned = 0, sent = 0;  ///< equal in a closed loop
  Nanoseconds first_byte = 0, done = 0;
};

/// Counts one thread's requests: those that were planned inside the window, and of the rates what completed
/// inside it. Each request goes through sent() and then exactly one of answered(), answered_wrongly(),
/// failed() and unanswered(); one that could not even be sent goes through refused() or never_sent() alone.
/// Nothing here allocates but the few offences.
class Recorder {
 public:
  /// `stages`: the load's; the window begins with the first one.
  explicit Recorder(Window window = {.begin = kNever, .end = kNever}, std::span<const Stage> stages = {});

  [[nodiscard]] const Window& window() const { return window_; }
  /// The window is known now. Before it, nothing counts.
  void set_window(Window window) { window_ = window; }
  /// The window ends earlier than planned: at `end`, which is not in the past.
  void cut_window(Nanoseconds end) { window_.end = end; }

  void sent(Nanoseconds planned, Nanoseconds now);
  /// Open loop: a request that was planned for then goes out so much later than it could have.
  void late(Nanoseconds planned, Nanoseconds lateness) {
    if (window_.contains(planned)) lateness_.record(lateness);
  }
  /// `status`: 0 where the protocol has none.
  void answered(const Timing& timing, int status);
  /// A whole answer, but of a status that is not accepted or failing a check.
  void answered_wrongly(const Timing& timing, int status, ErrorClass error);
  void failed(const Timing& timing, ErrorClass error);
  void unanswered(const Timing& timing);
  /// Its connection could not be made.
  void refused(Nanoseconds planned, Nanoseconds now, ErrorClass error);
  /// Open loop: no connection was free for it until now.
  void never_sent(Nanoseconds planned, Nanoseconds now);
  /// It is under way now that the window ends.
  void waits_at_end(Nanoseconds planned) {
    waiting_at_end_.record(window_.end > planned ? window_.end - planned : 0);
  }

  void bytes_sent(std::size_t bytes, Nanoseconds now) {
    if (now < window_.begin) return;
    bytes_sent_ += bytes;
    if (now < window_.end) slice_.bytes_sent += bytes;
  }
  void bytes_received(std::size_t bytes, Nanoseconds now) {
    if (now < window_.begin) return;
    bytes_received_ += bytes;
    if (now < window_.end) slice_.bytes_received += bytes;
  }
  /// `first`: it was never open before.
  void opened(Nanoseconds now, bool first) {
    ++connections_opened_, ++connections_open_;
    if (first) last_opened_ = now;
  }
  void closed(bool was_served) {
    --connections_open_;
    if (!was_served) ++connections_never_served_;
  }
  void never_opened() { ++connections_never_opened_; }
  void closed_by_server_idle(Nanoseconds now) {
    if (now >= window_.begin) ++closed_by_server_idle_;
  }
  /// Bytes came that no request had asked for, where they could not be held against one.
  void stray_answer() { ++stray_answers_; }

  /// Whether another offence of this class will be kept: the first few are.
  [[nodiscard]] bool wants_offence(ErrorClass error) const;
  void keep_offence(Offence offence) { offences_.push_back(std::move(offence)); }

  /// What was counted since the last call and is not yet in the sums.
  void take_slice(Slice& into);
  /// Completions inside the window so far.
  [[nodiscard]] std::uint64_t completed_in_window() const { return completed_in_window_ + slice_.completed; }
  [[nodiscard]] std::uint64_t sent_in_window() const { return sent_in_window_ + slice_.sent; }
  [[nodiscard]] std::uint64_t started() const { return started_; }
  [[nodiscard]] std::uint64_t stray_answers() const { return stray_answers_; }
  [[nodiscard]] std::uint64_t connections_open() const { return connections_open_; }
  [[nodiscard]] Nanoseconds last_done() const { return last_done_; }
  [[nodiscard]] Nanoseconds last_opened() const { return last_opened_; }

  /// Adds everything to a result, after the load. Means over time (concurrency_mean, waited_in_window_s) are
  /// added as plain seconds.
  void add_to(LoadResult& result) const;

 private:
  void change_in_flight(int by, Nanoseconds now);
  void finish(const Timing& timing);
  void complete(const Timing& timing, int status);
  void count_error(const Timing& timing, ErrorClass error);
  void count_outside(Nanoseconds planned, ErrorClass error) {
    if (planned < window_.begin) ++errors_before_[static_cast<std::size_t>(error)];
  }
  /// The stage in which a time of the window lies; null where the load has none.
  StageResult* stage_of(Nanoseconds time);

  static constexpr std::size_t kOffencesOfAClass = 3;

  Window window_;
  std::int64_t in_flight_ = 0;
  Nanoseconds in_flight_since_ = 0;
  Nanoseconds in_flight_integral_ = 0, waited_ = 0;  ///< inside the window
  Nanoseconds last_done_ = 0, last_opened_ = 0;

  std::uint64_t started_ = 0, completed_ = 0, succeeded_ = 0, unanswered_ = 0, never_sent_ = 0;
  std::uint64_t bytes_sent_ = 0, bytes_received_ = 0;
  std::uint64_t sent_in_window_ = 0, completed_in_window_ = 0, bytes_received_in_window_ = 0;
  std::uint64_t completed_settling_ = 0, completed_draining_ = 0;
  std::uint64_t connections_opened_ = 0, connections_open_ = 0, connections_never_served_ = 0;
  std::uint64_t connections_never_opened_ = 0;
  std::uint64_t closed_by_server_idle_ = 0, stray_answers_ = 0;
  std::array<std::uint64_t, kErrorClasses> errors_{}, errors_before_{};
  std::array<std::uint64_t, 1000> status_{};
  /// Most answers come in one piece, and a closed loop sends when it plans: then latency, service and first
  /// byte are one time, and one record is enough for all three.
  Histogram all_alike_, latency_, service_, first_byte_;
  Histogram lateness_, unanswered_wait_, waiting_at_end_;
  Slice slice_;
  std::vector<StageResult> stages_;
  std::vector<Offence> offences_;
};

}  // namespace shootout::engine
