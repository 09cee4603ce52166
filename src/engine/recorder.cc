#include "engine/recorder.h"

#include <algorithm>

namespace shootout::engine {

void Recorder::change_in_flight(int by, Nanoseconds now) {
  in_flight_integral_ += in_flight_ * window_.overlap(in_flight_since_, now);
  in_flight_since_ = now;
  in_flight_ += by;
}

void Recorder::sent(Nanoseconds now) {
  change_in_flight(1, now);
  if (window_.contains(now)) ++started_;
}

void Recorder::finish(Nanoseconds sent, Nanoseconds now) {
  change_in_flight(-1, now);
  waited_ += window_.overlap(sent, now);
  last_done_ = now;
}

void Recorder::complete(const Timing& timing, int status) {
  finish(timing.sent, timing.done);
  const Nanoseconds latency = timing.done - timing.sent;
  if (window_.contains(timing.done)) {
    ++slice_.completed;
    slice_.record_latency(latency);
  }
  if (!window_.contains(timing.sent)) return;
  ++completed_;
  ++status_[static_cast<std::size_t>(status)];
  if (timing.first_byte == timing.done) {
    in_one_piece_.record(latency);
  } else {
    latency_.record(latency);
    first_byte_.record(timing.first_byte - timing.sent);
  }
}

void Recorder::answered(const Timing& timing, int status) {
  complete(timing, status);
  if (window_.contains(timing.sent)) ++succeeded_;
}

void Recorder::answered_wrongly(const Timing& timing, int status, ErrorClass error) {
  complete(timing, status);
  if (window_.contains(timing.sent)) count_error(timing.done, error);
}

void Recorder::count_error(Nanoseconds now, ErrorClass error) {
  ++errors_[static_cast<std::size_t>(error)];
  if (window_.contains(now)) ++slice_.errors;
}

void Recorder::failed(Nanoseconds sent, Nanoseconds now, ErrorClass error) {
  finish(sent, now);
  if (!window_.contains(sent)) return;
  count_error(now, error);
  if (error != ErrorClass::timeout) return;
  latency_.record(now - sent);
  if (window_.contains(now)) slice_.record_latency(now - sent);
}

void Recorder::unanswered(Nanoseconds sent, Nanoseconds now) {
  finish(sent, now);
  if (!window_.contains(sent)) return;
  ++unanswered_;
  latency_.record(now - sent);
}

void Recorder::refused(Nanoseconds now) {
  last_done_ = now;
  if (!window_.contains(now)) return;
  ++started_;
  count_error(now, ErrorClass::connect);
}

bool Recorder::wants_offence(ErrorClass error) const {
  return static_cast<std::size_t>(std::ranges::count(offences_, error, &Offence::error)) < kOffencesOfAClass;
}

void Recorder::take_slice(Slice& into) {
  into = slice_;
  completed_in_window_ += slice_.completed;
  bytes_received_in_window_ += slice_.bytes_received;
  slice_ = Slice{};
}

void Recorder::add_to(LoadResult& result) const {
  result.started += started_;
  result.completed += completed_;
  result.succeeded += succeeded_;
  result.unanswered += unanswered_;
  for (std::size_t i = 0; i < kErrorClasses; ++i) result.errors[i] += errors_[i];
  for (std::size_t code = 0; code < status_.size(); ++code) {
    if (status_[code] > 0) result.status[static_cast<int>(code)] += status_[code];
  }
  result.bytes_sent += bytes_sent_;
  result.bytes_received += bytes_received_;
  result.completed_in_window += completed_in_window_ + slice_.completed;
  result.bytes_received_in_window += bytes_received_in_window_ + slice_.bytes_received;
  result.connections_opened += connections_opened_;
  result.connections_never_served += connections_never_served_;
  result.closed_by_server_idle += closed_by_server_idle_;
  for (const Histogram* latencies : {&in_one_piece_, &latency_}) result.latency.merge(*latencies);
  for (const Histogram* first_bytes : {&in_one_piece_, &first_byte_}) result.first_byte.merge(*first_bytes);
  result.concurrency_mean += seconds(in_flight_integral_);
  result.waited_in_window_s += seconds(waited_);
  for (const Offence& offence : offences_) {
    if (errors_[static_cast<std::size_t>(offence.error)] == 0) continue;  // it was before the window
    const auto kept = std::ranges::count(result.offences, offence.error, &Offence::error);
    if (static_cast<std::size_t>(kept) < kOffencesOfAClass) result.offences.push_back(offence);
  }
}

}  // namespace shootout::engine
