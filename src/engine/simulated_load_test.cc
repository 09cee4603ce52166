// Pacing, stages, timeouts and the accounts of a load, in simulated time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/simulated_net.h"
#include "engine/url.h"
#include "engine/worker.h"

namespace shootout::engine {
namespace {

using testing::SimulatedNet;

constexpr const char* kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr Nanoseconds kStart = 1000 * kSecond;

LoadPlan plan_with(unsigned connections) {
  LoadPlan plan;
  plan.url = "http://server/";
  plan.connections = connections;
  plan.threads = 1;
  return plan;
}

/// A server that takes so long for each answer.
SimulatedNet::Server answers_after(Nanoseconds time) {
  return [time](std::string_view, Nanoseconds now, int) {
    return SimulatedNet::Reply{.at = now + time, .bytes = kAnswer};
  };
}

struct Outcome {
  LoadResult result;
  Nanoseconds begin = 0;  ///< the window's
  Nanoseconds ended = 0;
};

/// Runs one thread of the plan over the net.
Outcome run_over(const LoadPlan& plan, std::unique_ptr<SimulatedNet> net, Nanoseconds cut = kNever) {
  const auto valid = validate(plan);
  EXPECT_TRUE(valid) << valid.error().what;
  Offer offer;
  offer.plan = plan;
  offer.url = *parse_url(plan.url);
  offer.requests = *RequestSource::make(plan, offer.url);
  offer.checks = *CheckList::make(plan, offer.requests);
  for (std::size_t status = 200; status < 400; ++status) offer.accepted.set(status);
  offer.timeout = from_seconds(plan.timeout_s);
  offer.connect_timeout = from_seconds(plan.connect_timeout_s);
  Share share;
  share.connections = plan.most_connections();
  share.requests = plan.requests.value_or(Share::kUnlimited);
  share.requests_per_connection = plan.requests_per_connection.value_or(Share::kUnlimited);
  Conduct conduct(1, from_seconds(plan.series_interval_s));
  conduct.cut = cut;
  if (!plan.is_open_loop()) conduct.begin = net->now() + from_seconds(plan.settle_s);
  const auto report = Worker::run(offer, share, conduct, std::move(net));
  Outcome outcome;
  report.recorder.add_to(outcome.result);
  outcome.begin = report.recorder.window().begin;
  outcome.ended = report.ended;
  outcome.result.series = conduct.series.points(plan.window_s().value_or(1e9));
  const LoadResult& result = outcome.result;
  const std::uint64_t wrong = result.errors[static_cast<std::size_t>(ErrorClass::status)] +
                              result.errors[static_cast<std::size_t>(ErrorClass::check)];
  EXPECT_EQ(result.started, result.completed + result.unanswered + result.error_count() - wrong);
  return outcome;
}

Outcome run_with(const LoadPlan& plan, SimulatedNet::Server server) {
  return run_over(plan, std::make_unique<SimulatedNet>(std::move(server), kStart));
}

std::uint64_t errors_of(const LoadResult& result, ErrorClass error) {
  return result.errors[static_cast<std::size_t>(error)];
}

// ---- closed loop

TEST(SimulatedLoad, ClosedLoopSendsWhenItHasItsAnswer) {
  LoadPlan plan = plan_with(3);
  plan.duration_s = 10;
  const auto [result, begin, ended] = run_with(plan, answers_after(kMillisecond * 100));
  EXPECT_EQ(result.completed_in_window, 3 * 99);  // the hundredth comes when the window has just ended
  EXPECT_EQ(result.started, 3 * 100);
  EXPECT_EQ(result.completed, 3 * 100);
  EXPECT_DOUBLE_EQ(result.latency.min(), 100'000);
  EXPECT_DOUBLE_EQ(result.latency.max(), 100'000);
  EXPECT_EQ(ended, kStart + 10 * kSecond);
}

TEST(SimulatedLoad, SettlingIsKeptApart) {
  LoadPlan plan = plan_with(2);
  plan.duration_s = 4;
  plan.settle_s = 3;
  // Slow while it settles.
  const auto [result, begin, ended] = run_with(plan, [](std::string_view, Nanoseconds now, int) {
    const Nanoseconds time = now < kStart + 3 * kSecond ? 500 * kMillisecond : 10 * kMillisecond;
    return SimulatedNet::Reply{.at = now + time, .bytes = kAnswer};
  });
  EXPECT_EQ(begin, kStart + 3 * kSecond);
  EXPECT_DOUBLE_EQ(result.latency.max(), 10'000);
  EXPECT_EQ(result.started, 2 * 400);
}

TEST(SimulatedLoad, ATimeoutRunsFromTheSendAndTakesItsConnectionAlong) {
  LoadPlan plan = plan_with(5);
  plan.requests_per_connection = 3;
  plan.timeout_s = 7;
  const auto [result, begin, ended] =
      run_with(plan, [](std::string_view, Nanoseconds, int) { return SimulatedNet::Reply{}; });
  EXPECT_EQ(errors_of(result, ErrorClass::timeout), 15);
  EXPECT_EQ(result.connections_opened, 15);
  EXPECT_EQ(result.connections_never_served, 15);
  EXPECT_DOUBLE_EQ(result.latency.min(), 7e6);
  EXPECT_DOUBLE_EQ(result.latency.max(), 7e6);
  EXPECT_EQ(ended, kStart + 21 * kSecond);
}

TEST(SimulatedLoad, ACutLoadReportsWhatItHasAndHowLongTheRestHadWaited) {
  LoadPlan plan = plan_with(4);
  plan.duration_s = 100;
  plan.timeout_s = 60;
  auto net = std::make_unique<SimulatedNet>(
      [](std::string_view, Nanoseconds now, int) {
        if (now >= kStart + 2 * kSecond) return SimulatedNet::Reply{};
        return SimulatedNet::Reply{.at = now + 500 * kMillisecond, .bytes = kAnswer};
      },
      kStart);
  const auto [result, begin, ended] = run_over(plan, std::move(net), kStart + 5 * kSecond);
  EXPECT_EQ(result.completed, 4 * 4);
  EXPECT_EQ(result.unanswered, 4);
  EXPECT_EQ(result.unanswered_wait.count(), 4);
  EXPECT_DOUBLE_EQ(result.unanswered_wait.max(), 4e6);  // sent at 2 s, given up a second after the cut
}

TEST(SimulatedLoad, OpensAtTheStatedPace) {
  LoadPlan plan = plan_with(20);
  plan.requests_per_connection = 1;
  plan.opened_per_second = 10;
  std::vector<SimulatedNet::Opening> openings;
  auto net = std::make_unique<SimulatedNet>(answers_after(kMillisecond), kStart);
  net->openings = &openings;
  run_over(plan, std::move(net));
  ASSERT_EQ(openings.size(), 20);
  for (std::size_t i = 0; i < openings.size(); ++i) {
    EXPECT_EQ(openings[i].at, kStart + static_cast<Nanoseconds>(i) * 100 * kMillisecond);
  }
}

TEST(SimulatedLoad, ARefusedConnectionIsTriedAgainALittleLaterEachTime) {
  LoadPlan plan = plan_with(1);
  plan.requests = 6;
  std::vector<SimulatedNet::Opening> openings;
  auto net = std::make_unique<SimulatedNet>(answers_after(kMillisecond), kStart);
  net->openings = &openings;
  net->connect_error = [](Nanoseconds) { return ECONNREFUSED; };
  const auto result = run_over(plan, std::move(net)).result;
  EXPECT_EQ(errors_of(result, ErrorClass::connect), 6);
  ASSERT_EQ(openings.size(), 6);
  for (std::size_t i = 2; i < openings.size(); ++i) {
    EXPECT_GE(openings[i].at - openings[i - 1].at, openings[i - 1].at - openings[i - 2].at);
  }
  EXPECT_LE(openings.back().at - openings.front().at, kSecond);
}

TEST(SimulatedLoad, AConnectThatNeverEndsIsGivenUpInTime) {
  LoadPlan plan = plan_with(1);
  plan.requests = 1;
  plan.connect_timeout_s = 3;
  auto net = std::make_unique<SimulatedNet>(answers_after(kMillisecond), kStart);
  net->connect_time = 100 * kSecond;
  const auto [result, begin, ended] = run_over(plan, std::move(net));
  EXPECT_EQ(errors_of(result, ErrorClass::connect), 1);
  EXPECT_EQ(result.connections_never_opened, 1);
  EXPECT_LT(ended, kStart + 4 * kSecond);
}

// ---- the series

TEST(SimulatedLoad, TellsWhoIsWaitingAtTheEndAndSinceWhen) {
  LoadPlan plan = plan_with(3);
  plan.duration_s = 4;
  plan.settle_s = 2;
  plan.timeout_s = 30;
  // The first connection's request is never answered, those of the others after 350 ms.
  const auto [result, begin, ended] =
      run_with(plan, [first = -1](std::string_view, Nanoseconds now, int fd) mutable {
        if (first < 0) first = fd;
        if (fd == first) return SimulatedNet::Reply{};
        return SimulatedNet::Reply{.at = now + 350 * kMillisecond, .bytes = kAnswer};
      });
  EXPECT_EQ(result.waiting_at_end.count(), 3);
  EXPECT_DOUBLE_EQ(result.waiting_at_end.max(), 6e6);  // since before the window
  EXPECT_LE(result.waiting_at_end.min(), 300e3);
  EXPECT_EQ(result.error_count(), 0);
  EXPECT_EQ(result.errors_before[static_cast<std::size_t>(ErrorClass::timeout)], 1);
  EXPECT_EQ(result.connections_never_served, 1);
  EXPECT_EQ(result.connections_never_opened, 0);
}

TEST(SimulatedLoad, ASeriesOfTenthsShowsWhatASecondHides) {
  LoadPlan plan = plan_with(1);
  plan.stages = {{10, 10, 1}, {100, 100, 0.5}, {10, 10, 1}};
  plan.series_interval_s = 0.1;
  const auto [result, begin, ended] = run_with(plan, answers_after(10 * kMillisecond));
  ASSERT_EQ(result.series.size(), 25);
  EXPECT_EQ(result.series[4].t_s, 0.5);
  EXPECT_EQ(result.series[4].connections, 10);
  EXPECT_EQ(result.series[12].connections, 100);
  EXPECT_EQ(result.series[20].connections, 10);
  EXPECT_NEAR(static_cast<double>(result.series[4].completed), 100, 10);
  EXPECT_NEAR(static_cast<double>(result.series[12].completed), 1000, 100);
  std::uint64_t completed = 0;
  for (const auto& point : result.series) completed += point.completed;
  EXPECT_EQ(completed, result.completed_in_window);
}

TEST(SimulatedLoad, ASeriesOfQuartersHasWholeQuarters) {
  LoadPlan plan = plan_with(1);
  plan.duration_s = 2;
  plan.series_interval_s = 0.25;
  const auto result = run_with(plan, answers_after(kMillisecond)).result;
  ASSERT_EQ(result.series.size(), 8);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(result.series[i].t_s, 0.25 * static_cast<double>(i + 1));
    EXPECT_NEAR(static_cast<double>(result.series[i].completed), 250, 1);
  }
}

// ---- stages over connections

TEST(SimulatedLoad, StagesOverConnectionsHaveTheirConnections) {
  LoadPlan plan = plan_with(1);
  plan.stages = {{10, 10, 60}, {500, 500, 120}, {10, 10, 30}};
  const auto [result, begin, ended] = run_with(plan, answers_after(100 * kMillisecond));
  ASSERT_EQ(result.stages.size(), 3);
  EXPECT_NEAR(static_cast<double>(result.stages[0].started), 10 * 60 * 10, 10);
  EXPECT_NEAR(static_cast<double>(result.stages[1].started), 500 * 120 * 10, 500);
  EXPECT_NEAR(static_cast<double>(result.stages[2].started), 10 * 30 * 10, 10);
  EXPECT_DOUBLE_EQ(result.stages[1].begin_s, 60);
  EXPECT_DOUBLE_EQ(result.stages[1].end_s, 180);
  EXPECT_DOUBLE_EQ(result.stages[1].latency.quantile(0.5), 100'000);
  EXPECT_EQ(result.connections_opened, 500);
  ASSERT_GE(result.series.size(), 209);
  EXPECT_EQ(result.series[30].connections, 10);
  EXPECT_EQ(result.series[100].connections, 500);
  EXPECT_EQ(result.series[200].connections, 10);
  EXPECT_EQ(result.started, result.stages[0].started + result.stages[1].started + result.stages[2].started);
}

TEST(SimulatedLoad, ARampOpensConnectionsInAStraightLine) {
  LoadPlan plan = plan_with(1);
  plan.stages = {{0, 100, 10}};
  std::vector<SimulatedNet::Opening> openings;
  auto net = std::make_unique<SimulatedNet>(answers_after(10 * kMillisecond), kStart);
  net->openings = &openings;
  run_over(plan, std::move(net));
  ASSERT_GE(openings.size(), 99);
  for (std::size_t i = 0; i < openings.size(); ++i) {
    // The level is rounded: connection i comes at i + 1/2.
    EXPECT_NEAR(seconds(openings[i].at - kStart), (static_cast<double>(i) + 0.5) / 10, 0.011);
  }
}

// ---- open loop

TEST(SimulatedLoad, AnOpenLoopSendsWhatIsPlannedWhateverTheAnswersDo) {
  LoadPlan plan = plan_with(50);
  plan.duration_s = 20;
  plan.rate = 1000;
  plan.arrivals = Arrivals::constant;
  std::vector<Nanoseconds> sends;
  const auto [result, begin, ended] = run_with(plan, [&](std::string_view, Nanoseconds now, int) {
    sends.push_back(now);
    return SimulatedNet::Reply{.at = now + 7 * kMillisecond, .bytes = kAnswer};
  });
  EXPECT_EQ(result.started, 20'000);
  EXPECT_EQ(result.succeeded, 20'000);
  ASSERT_EQ(sends.size(), 20'000);
  for (std::size_t i = 0; i < sends.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(sends[i] - begin), static_cast<double>(i) * 1e6, 1000) << i;
  }
  EXPECT_NEAR(result.latency.max(), 7000, 1);
  EXPECT_LT(result.lateness.max(), 1);
  EXPECT_EQ(result.connections_opened, 50);
}

TEST(SimulatedLoad, AllConnectionsHaveTheirPartOfAnOpenLoop) {
  LoadPlan plan = plan_with(10);
  plan.duration_s = 10;
  plan.rate = 100;
  std::map<int, int> requests;
  run_with(plan, [&](std::string_view, Nanoseconds now, int fd) {
    ++requests[fd];
    return SimulatedNet::Reply{.at = now + kMillisecond, .bytes = kAnswer};
  });
  ASSERT_EQ(requests.size(), 10);
  for (const auto& [fd, count] : requests) EXPECT_NEAR(count, 100, 25) << fd;
}

/// The latencies that a server with no limit but a freeze gives to constant arrivals: what is planned in the
/// freeze is answered at its end.
class Freeze : public ::testing::TestWithParam<unsigned> {};

TEST_P(Freeze, IsInTheLatenciesWhateverTheConnections) {
  constexpr double kRate = 500, kService = 0.001, kFrom = 8, kUntil = 11;
  LoadPlan plan = plan_with(GetParam());
  plan.duration_s = 20;
  plan.rate = kRate;
  plan.arrivals = Arrivals::constant;
  const Nanoseconds frozen_from = kStart + from_seconds(kFrom), frozen_until = kStart + from_seconds(kUntil);
  Nanoseconds begin_seen = 0;
  const auto [result, begin, ended] = run_with(plan, [&](std::string_view, Nanoseconds now, int) {
    Nanoseconds at = now + from_seconds(kService);
    if (at > frozen_from && now < frozen_until) at = frozen_until + from_seconds(kService);
    return SimulatedNet::Reply{.at = at, .bytes = kAnswer};
  });
  begin_seen = begin;
  // What should come out: the backlog drains as fast as the connections allow.
  std::vector<double> expected;
  std::vector<double> free_at(GetParam(), 0);
  for (int i = 0; i < 20 * 500; ++i) {
    const double planned = seconds(begin_seen - kStart) + i / kRate;
    const auto connection = std::ranges::min_element(free_at);
    const double sent = std::max(planned, *connection);
    double done = sent + kService;
    if (done > kFrom && sent < kUntil) done = kUntil + kService;
    *connection = done;
    expected.push_back((done - planned) * 1e6);
  }
  std::ranges::sort(expected);
  EXPECT_EQ(result.started, expected.size());
  EXPECT_EQ(result.succeeded, expected.size());
  for (const double q : {0.5, 0.9, 0.99, 0.999}) {
    const double wanted = expected[static_cast<std::size_t>(std::ceil(q * 10'000)) - 1];
    EXPECT_NEAR(result.latency.quantile(q), wanted, wanted / 100) << q;
  }
  EXPECT_NEAR(result.latency.max(), expected.back(), expected.back() / 1000);
  EXPECT_GT(result.latency.max(), 2.9e6);
}

INSTANTIATE_TEST_SUITE_P(Connections, Freeze, ::testing::Values(1, 10, 200, 2000));

TEST(SimulatedLoad, WhatNoConnectionWasFreeForIsUnansweredWithItsWait) {
  LoadPlan plan = plan_with(2);
  plan.duration_s = 5;
  plan.rate = 10;
  plan.arrivals = Arrivals::constant;
  plan.timeout_s = 60;
  const auto [result, begin, ended] =
      run_with(plan, [](std::string_view, Nanoseconds, int) { return SimulatedNet::Reply{}; });
  EXPECT_EQ(result.started, 50);
  // Two are sent at once and time out after 60 s; two more are sent then; the rest is given up 60 s after the
  // window.
  EXPECT_EQ(errors_of(result, ErrorClass::timeout), 2);
  EXPECT_EQ(result.unanswered, 48);
  EXPECT_EQ(result.never_sent, 46);
  EXPECT_NEAR(result.latency.max(), 64.8e6, 64.8e6 / 1000);
  EXPECT_NEAR(result.unanswered_wait.min(), 60.1e6, 1e5);
  EXPECT_NEAR(static_cast<double>(ended - begin), 65e9, 1000);
}

TEST(SimulatedLoad, AnOpenLoopAgainstNothingFailsEachRequest) {
  LoadPlan plan = plan_with(10);
  plan.duration_s = 2;
  plan.rate = 100;
  auto net = std::make_unique<SimulatedNet>(answers_after(kMillisecond), kStart);
  net->connect_error = [](Nanoseconds) { return ECONNREFUSED; };
  const auto result = run_over(plan, std::move(net)).result;
  EXPECT_GT(result.started, 100);
  EXPECT_EQ(errors_of(result, ErrorClass::connect), result.started);
}

TEST(SimulatedLoad, StagesOverTheRateHaveTheirRates) {
  LoadPlan plan = plan_with(100);
  plan.stages = {{100, 100, 10}, {100, 1000, 10}, {1000, 1000, 10}};
  plan.stages_are_rates = true;
  plan.arrivals = Arrivals::constant;
  plan.settle_s = 5;
  const auto [result, begin, ended] = run_with(plan, answers_after(2 * kMillisecond));
  ASSERT_EQ(result.stages.size(), 3);
  EXPECT_NEAR(static_cast<double>(result.stages[0].started), 1000, 1);
  EXPECT_NEAR(static_cast<double>(result.stages[1].started), 5500, 1);
  EXPECT_NEAR(static_cast<double>(result.stages[2].started), 10'000, 1);
  EXPECT_NEAR(static_cast<double>(result.started), 16'500, 1);
  EXPECT_NEAR(static_cast<double>(result.series[14].completed), 100 + 900 * 0.45, 5);
}

TEST(SimulatedLoad, AServerThatClosesIdleConnectionsCostsNoRequest) {
  LoadPlan plan = plan_with(4);
  plan.duration_s = 10;
  plan.rate = 20;
  plan.arrivals = Arrivals::constant;
  const auto result =
      run_with(plan, [](std::string_view, Nanoseconds now, int) {
        return SimulatedNet::Reply{.at = now + kMillisecond, .bytes = kAnswer, .closes = true};
      }).result;
  EXPECT_EQ(result.succeeded, 200);
  EXPECT_EQ(result.error_count(), 0);
  EXPECT_GE(result.closed_by_server_idle, 190);
}

}  // namespace
}  // namespace shootout::engine
