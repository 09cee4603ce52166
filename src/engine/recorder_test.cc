#include "engine/recorder.h"

#include <gtest/gtest.h>

#include <vector>

namespace shootout::engine {
namespace {

constexpr Nanoseconds kBegin = 10 * kSecond, kEnd = 20 * kSecond;

Timing timing(double sent_s, double done_s) {
  return {.planned = from_seconds(sent_s),
          .sent = from_seconds(sent_s),
          .first_byte = from_seconds(done_s),
          .done = from_seconds(done_s)};
}

LoadResult result_of(const Recorder& recorder) {
  LoadResult result;
  result.duration_s = seconds(kEnd - kBegin);
  recorder.add_to(result);
  result.concurrency_mean /= result.duration_s;
  return result;
}

void serve(Recorder& recorder, double sent_s, double done_s) {
  recorder.sent(from_seconds(sent_s), from_seconds(sent_s));
  recorder.answered(timing(sent_s, done_s), 200);
}

TEST(Recorder, CountsWhatWasSentInsideTheWindowAndRatesWhatCompletedInside) {
  Recorder recorder({kBegin, kEnd});
  serve(recorder, 8, 9);    // before
  serve(recorder, 9, 11);   // across the begin: of the rate only
  serve(recorder, 12, 13);  // inside: both
  serve(recorder, 19, 22);  // across the end: of the counts and latencies only
  const LoadResult result = result_of(recorder);
  EXPECT_EQ(result.started, 2u);
  EXPECT_EQ(result.completed, 2u);
  EXPECT_EQ(result.completed_in_window, 2u);
  EXPECT_EQ(result.latency.count(), 2u);
  EXPECT_EQ(result.latency.max(), 3e6);
  EXPECT_EQ(result.latency.min(), 1e6);
}

TEST(Recorder, ConcurrencyIsTheIntegralOverTheWindowOnly) {
  Recorder recorder({kBegin, kEnd});
  recorder.sent(from_seconds(5), from_seconds(5));
  recorder.sent(from_seconds(12), from_seconds(12));
  recorder.answered(timing(5, 15), 200);
  recorder.answered(timing(12, 30), 200);
  const LoadResult result = result_of(recorder);
  // One from 10 to 12, two to 15, one to 20: 2 + 6 + 5 request-seconds in 10 s.
  EXPECT_DOUBLE_EQ(result.concurrency_mean, 1.3);
  EXPECT_DOUBLE_EQ(result.littles_law_error(), 0);
}

TEST(Recorder, LittlesLawSeesARequestThatWasCountedInFlightButNeverEnded) {
  Recorder recorder({kBegin, kEnd});
  recorder.sent(from_seconds(10), from_seconds(10));
  recorder.sent(from_seconds(10), from_seconds(10));
  recorder.answered(timing(10, 20), 200);
  EXPECT_GT(result_of(recorder).littles_law_error(), 0.4);
}

TEST(Recorder, EveryRequestFallsInOneClass) {
  Recorder recorder({kBegin, kEnd});
  const auto at = [](double s) { return from_seconds(s); };
  recorder.sent(at(11), at(11)), recorder.answered_wrongly(timing(11, 12), 500, ErrorClass::status);
  recorder.sent(at(11), at(11)), recorder.failed(timing(11, 12), ErrorClass::reset);
  recorder.sent(at(11), at(11)), recorder.failed(timing(11, 14), ErrorClass::timeout);
  recorder.sent(at(11), at(11)), recorder.unanswered(timing(11, 25));
  recorder.refused(at(13), at(13), ErrorClass::connect);
  recorder.refused(at(9), at(9), ErrorClass::connect);
  const LoadResult result = result_of(recorder);
  EXPECT_EQ(result.started, 5u);
  EXPECT_EQ(result.completed, 1u);
  EXPECT_EQ(result.succeeded, 0u);
  EXPECT_EQ(result.unanswered, 1u);
  EXPECT_EQ(result.error_count(), 4u);
  // The answer, the timeout and the unanswered one waited; a reset has no latency.
  EXPECT_EQ(result.latency.count(), 3u);
  EXPECT_EQ(result.latency.max(), 14e6);
  EXPECT_EQ(result.unanswered_wait.count(), 1u);
}

TEST(Recorder, CountsErrorsFromBeforeTheWindowApart) {
  Recorder recorder({kBegin, kEnd});
  const auto at = [](double s) { return from_seconds(s); };
  recorder.refused(at(8), at(8), ErrorClass::connect);
  recorder.sent(at(9), at(9)), recorder.failed(timing(9, 19), ErrorClass::timeout);
  recorder.sent(at(9), at(9)), recorder.answered_wrongly(timing(9, 9.5), 500, ErrorClass::status);
  recorder.sent(at(11), at(11)), recorder.failed(timing(11, 12), ErrorClass::reset);
  const LoadResult result = result_of(recorder);
  EXPECT_EQ(result.error_count(), 1u);
  const auto before = [&](ErrorClass error) { return result.errors_before[static_cast<std::size_t>(error)]; };
  EXPECT_EQ(before(ErrorClass::connect), 1u);
  EXPECT_EQ(before(ErrorClass::timeout), 1u);
  EXPECT_EQ(before(ErrorClass::status), 1u);
  EXPECT_EQ(before(ErrorClass::reset), 0u);
}

TEST(Recorder, TellsHowLongThoseUnderWayAtTheEndHadWaited) {
  Recorder recorder({kBegin, kEnd});
  recorder.waits_at_end(from_seconds(8));  // from before the window, too
  recorder.waits_at_end(from_seconds(19));
  const LoadResult result = result_of(recorder);
  EXPECT_EQ(result.waiting_at_end.count(), 2u);
  EXPECT_EQ(result.waiting_at_end.min(), 1e6);
  EXPECT_EQ(result.waiting_at_end.max(), 12e6);
}

TEST(Recorder, LatencyRunsFromThePlannedTimeAndServiceFromTheSend) {
  Recorder recorder({kBegin, kEnd});
  const auto at = [](double s) { return from_seconds(s); };
  const Timing late = {.planned = at(11), .sent = at(13), .first_byte = at(14), .done = at(16)};
  recorder.sent(late.planned, late.sent);
  recorder.answered(late, 200);
  recorder.never_sent(at(12), at(18));
  const LoadResult result = result_of(recorder);
  EXPECT_EQ(result.started, 2u);
  EXPECT_EQ(result.unanswered, 1u);
  EXPECT_EQ(result.never_sent, 1u);
  EXPECT_EQ(result.latency.min(), 5e6);
  EXPECT_EQ(result.latency.max(), 6e6);
  EXPECT_EQ(result.service.count(), 1u);
  EXPECT_EQ(result.service.max(), 3e6);
  EXPECT_EQ(result.first_byte.max(), 1e6);
  EXPECT_DOUBLE_EQ(result.concurrency_mean, 0.3);  // in flight from the send on
}

TEST(Recorder, AStageHasTheRequestsPlannedInIt) {
  const std::vector<Stage> stages = {{10, 10, 4}, {50, 50, 6}};
  Recorder recorder({kBegin, kEnd}, stages);
  serve(recorder, 9, 9.5);
  serve(recorder, 13, 13.5);
  serve(recorder, 13.9, 15);
  serve(recorder, 14, 16);
  serve(recorder, 19, 22);
  const auto result = result_of(recorder);
  ASSERT_EQ(result.stages.size(), 2u);
  EXPECT_EQ(result.stages[0].completed, 2u);
  EXPECT_EQ(result.stages[0].completed_in_stage, 1u);
  EXPECT_EQ(result.stages[1].completed, 2u);
  EXPECT_EQ(result.stages[1].completed_in_stage, 2u);
  EXPECT_EQ(result.stages[1].latency.max(), 3e6);
  EXPECT_EQ(result.stages[1].begin_s, 4);
  EXPECT_EQ(result.stages[1].end_s, 10);
  EXPECT_DOUBLE_EQ(result.stages[0].requests_per_second(), 0.25);
}

TEST(Recorder, KeepsTheFirstFewOffencesOfEachClass) {
  Recorder recorder({kBegin, kEnd});
  for (int i = 0; i < 9; ++i) {
    recorder.refused(kBegin, kBegin, ErrorClass::connect);
    if (recorder.wants_offence(ErrorClass::connect))
      recorder.keep_offence({ErrorClass::connect, "refused", ""});
  }
  EXPECT_EQ(result_of(recorder).offences.size(), 3u);
}

TEST(Series, APointIsClosedWhenAllThreadsHavePassedIt) {
  Series series(2);
  Slice slice;
  slice.completed = 1;
  slice.record_latency(2 * kMillisecond);
  series.add(0, kSecond, slice, 5 + 0);  // its very end is still the first second's
  series.add(0, kSecond + 1, slice, 5 + 0);
  EXPECT_TRUE(series.points(2).empty());
  series.add(1, kSecond, slice, 5 + 1);
  series.add(1, 2 * kSecond + kSecond / 2, slice, 5 + 1);
  series.thread_done(0);
  series.thread_done(1);
  const auto points = series.points(2.5);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].completed, 2u);
  EXPECT_EQ(points[1].completed, 1u);
  EXPECT_EQ(points[2].completed, 1u);
  EXPECT_EQ(points[1].connections, 11u);  // of both threads
  EXPECT_NEAR(points[0].p50_us, 2000, 20);
  EXPECT_EQ(points[2].t_s, 2.5);
}

TEST(Series, ItsPointsAreAsLongAsAsked) {
  Series series(1, 300 * kMillisecond);
  Slice slice;
  for (int tick = 1; tick <= 10; ++tick) {
    slice.completed = static_cast<std::uint64_t>(tick);
    series.add(0, tick * 100 * kMillisecond, slice, 1);
  }
  series.thread_done(0);
  const auto points = series.points(1);
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].completed, 1u + 2u + 3u);
  EXPECT_EQ(points[2].completed, 7u + 8u + 9u);
  EXPECT_EQ(points[3].completed, 10u);
  EXPECT_EQ(points[2].t_s, 0.9);
  EXPECT_EQ(points[3].t_s, 1);  // the window ends there
}

TEST(Series, RecentLatenciesAreThoseSinceTheLastLook) {
  Series series(1);
  Slice slice;
  slice.completed = 5;
  slice.record_latency(kMillisecond);
  series.add(0, kSecond / 2, slice, 5 + 0);
  EXPECT_NEAR(series.take_recent().quantile(0.99), 1000, 10);
  slice.latencies.fill(0);
  slice.latency_count = 0;
  series.add(0, kSecond / 2, slice, 5 + 0);
  const Slice recent = series.take_recent();
  EXPECT_EQ(recent.completed, 10u);
  EXPECT_EQ(recent.quantile(0.99), 0);
}

}  // namespace
}  // namespace shootout::engine
