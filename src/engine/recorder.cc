#include "engine/recorder.h"

#include <algorithm>
#include <utility>

namespace shootout::engine {

Recorder::Recorder(Window window, std::span<const Stage> stages) : window_(window) {
  double begin_s = 0;
  for (const Stage& stage : stages) {
    StageResult& result = stages_.emplace_back();
    result.from = stage.from, result.to = stage.to;
    result.begin_s = begin_s;
    result.end_s = begin_s += stage.duration_s;
  }
}

StageResult* Recorder::stage_of(Nanoseconds time) {
  if (stages_.empty() || !window_.contains(time)) return nullptr;
  const double time_s = seconds(time - window_.begin);
  const auto last = stages_.end() - 1;
  return &*std::find_if(stages_.begin(), last,
                        [time_s](const StageResult& stage) { return time_s < stage.end_s; });
}

void Recorder::change_in_flight(int by, Nanoseconds now) {
  in_flight_integral_ += in_flight_ * window_.overlap(in_flight_since_, now);
  in_flight_since_ = now;
  in_flight_ += by;
}

void Recorder::sent(Nanoseconds planned, Nanoseconds now) {
  change_in_flight(1, now);
  if (window_.contains(now)) ++slice_.sent;
  if (!window_.contains(planned)) return;
  ++started_;
  if (StageResult* stage = stage_of(planned)) ++stage->started;
}

void Recorder::finish(const Timing& timing) {
  change_in_flight(-1, timing.done);
  waited_ += window_.overlap(timing.sent, timing.done);
  last_done_ = timing.done;
}

void Recorder::complete(const Timing& timing, int status) {
  finish(timing);
  const Nanoseconds latency = timing.done - timing.planned;
  if (window_.contains(timing.done)) {
    ++slice_.completed;
    slice_.record_latency(latency);
    if (StageResult* stage = stage_of(timing.done)) ++stage->completed_in_stage;
  } else {
    ++(timing.done < window_.begin ? completed_settling_ : completed_draining_);
  }
  if (!window_.contains(timing.planned)) return;
  ++completed_;
  ++status_[static_cast<std::size_t>(status)];
  if (StageResult* stage = stage_of(timing.planned)) {
    ++stage->completed;
    stage->latency.record(latency);
  }
  if (timing.first_byte == timing.done && timing.planned == timing.sent) return all_alike_.record(latency);
  latency_.record(latency);
  service_.record(timing.done - timing.sent);
  first_byte_.record(timing.first_byte - timing.sent);
}

void Recorder::answered(const Timing& timing, int status) {
  complete(timing, status);
  if (window_.contains(timing.planned)) ++succeeded_;
}

void Recorder::answered_wrongly(const Timing& timing, int status, ErrorClass error) {
  complete(timing, status);
  if (window_.contains(timing.planned)) return count_error(timing, error);
  count_outside(timing.planned, error);
}

void Recorder::count_error(const Timing& timing, ErrorClass error) {
  ++errors_[static_cast<std::size_t>(error)];
  if (StageResult* stage = stage_of(timing.planned)) ++stage->errors[static_cast<std::size_t>(error)];
  if (window_.contains(timing.done)) ++slice_.errors[static_cast<std::size_t>(error)];
}

void Recorder::failed(const Timing& timing, ErrorClass error) {
  finish(timing);
  if (!window_.contains(timing.planned)) return count_outside(timing.planned, error);
  count_error(timing, error);
  if (error != ErrorClass::timeout) return;
  latency_.record(timing.done - timing.planned);
  service_.record(timing.done - timing.sent);
  if (StageResult* stage = stage_of(timing.planned)) stage->latency.record(timing.done - timing.planned);
  if (window_.contains(timing.done)) slice_.record_latency(timing.done - timing.planned);
}

void Recorder::unanswered(const Timing& timing) {
  finish(timing);
  if (!window_.contains(timing.planned)) return;
  ++unanswered_;
  latency_.record(timing.done - timing.planned);
  service_.record(timing.done - timing.sent);
  unanswered_wait_.record(timing.done - timing.planned);
  if (StageResult* stage = stage_of(timing.planned)) {
    ++stage->unanswered;
    stage->latency.record(timing.done - timing.planned);
  }
}

void Recorder::refused(Nanoseconds planned, Nanoseconds now, ErrorClass error) {
  last_done_ = now;
  if (!window_.contains(planned)) return count_outside(planned, error);
  ++started_;
  if (StageResult* stage = stage_of(planned)) ++stage->started;
  count_error({.planned = planned, .sent = now, .first_byte = now, .done = now}, error);
}

void Recorder::never_sent(Nanoseconds planned, Nanoseconds now) {
  if (!window_.contains(planned)) return;
  ++started_, ++unanswered_, ++never_sent_;
  latency_.record(now - planned);
  unanswered_wait_.record(now - planned);
  if (StageResult* stage = stage_of(planned)) {
    ++stage->started, ++stage->unanswered;
    stage->latency.record(now - planned);
  }
}

bool Recorder::wants_offence(ErrorClass error) const {
  return static_cast<std::size_t>(std::ranges::count(offences_, error, &Offence::error)) < kOffencesOfAClass;
}

void Recorder::take_slice(Slice& into) {
  into = slice_;
  sent_in_window_ += slice_.sent;
  completed_in_window_ += slice_.completed;
  bytes_received_in_window_ += slice_.bytes_received;
  slice_ = Slice{};
}

void Recorder::add_to(LoadResult& result) const {
  result.started += started_;
  result.completed += completed_;
  result.succeeded += succeeded_;
  result.unanswered += unanswered_;
  result.never_sent += never_sent_;
  for (std::size_t i = 0; i < kErrorClasses; ++i) {
    result.errors[i] += errors_[i];
    result.errors_before[i] += errors_before_[i];
  }
  for (std::size_t code = 1; code < status_.size(); ++code) {  // 0: it has none
    if (status_[code] > 0) result.status[static_cast<int>(code)] += status_[code];
  }
  result.bytes_sent += bytes_sent_;
  result.bytes_received += bytes_received_;
  result.completed_in_window += completed_in_window_ + slice_.completed;
  result.bytes_received_in_window += bytes_received_in_window_ + slice_.bytes_received;
  result.completed_settling += completed_settling_;
  result.completed_draining += completed_draining_;
  result.connections_opened += connections_opened_;
  result.connections_never_opened += connections_never_opened_;
  result.connections_never_served += connections_never_served_;
  result.closed_by_server_idle += closed_by_server_idle_;
  for (const Histogram* latencies : {&all_alike_, &latency_}) result.latency.merge(*latencies);
  for (const Histogram* services : {&all_alike_, &service_}) result.service.merge(*services);
  for (const Histogram* first_bytes : {&all_alike_, &first_byte_}) result.first_byte.merge(*first_bytes);
  result.lateness.merge(lateness_);
  result.unanswered_wait.merge(unanswered_wait_);
  result.waiting_at_end.merge(waiting_at_end_);
  result.concurrency_mean += seconds(in_flight_integral_);
  result.waited_in_window_s += seconds(waited_);
  if (result.stages.empty()) result.stages.resize(stages_.size());
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    StageResult& sum = result.stages[i];
    const StageResult& own = stages_[i];
    sum.from = own.from, sum.to = own.to, sum.begin_s = own.begin_s, sum.end_s = own.end_s;
    sum.started += own.started, sum.completed += own.completed;
    for (std::size_t error = 0; error < kErrorClasses; ++error) sum.errors[error] += own.errors[error];
    sum.unanswered += own.unanswered, sum.completed_in_stage += own.completed_in_stage;
    sum.latency.merge(own.latency);
  }
  for (const Offence& offence : offences_) {
    if (errors_[static_cast<std::size_t>(offence.error)] == 0) continue;  // it was before the window
    const auto kept = std::ranges::count(result.offences, offence.error, &Offence::error);
    if (static_cast<std::size_t>(kept) < kOffencesOfAClass) result.offences.push_back(offence);
  }
}

}  // namespace shootout::engine
