#include "engine/load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/scripted_server.h"

namespace shootout::engine {
namespace {

using testing::always;
using testing::answer;
using testing::Peer;
using testing::ScriptedServer;

LoadPlan counted(const std::string& url, std::uint64_t requests, unsigned connections = 4,
                 unsigned threads = 2) {
  LoadPlan plan;
  plan.url = url;
  plan.requests = requests;
  plan.connections = connections;
  plan.threads = threads;
  return plan;
}

std::uint64_t errors(const LoadResult& result, ErrorClass error) {
  return result.errors[static_cast<std::size_t>(error)];
}

/// What must hold of every result.
void expect_identities(const LoadResult& result) {
  const std::uint64_t whole_but_wrong =
      errors(result, ErrorClass::status) + errors(result, ErrorClass::check);
  EXPECT_EQ(result.started, result.completed + result.unanswered + result.error_count() - whole_but_wrong);
  EXPECT_EQ(result.completed, result.succeeded + whole_but_wrong);
  std::uint64_t statuses = 0;
  for (const auto& [code, count] : result.status) statuses += count;
  EXPECT_EQ(statuses, result.completed);
  EXPECT_EQ(result.latency.count(),
            result.completed + result.unanswered + errors(result, ErrorClass::timeout));
  EXPECT_EQ(result.first_byte.count(), result.completed);
  std::uint64_t in_seconds = 0;
  for (const auto& second : result.series) in_seconds += second.completed;
  EXPECT_EQ(in_seconds, result.completed_in_window);
  EXPECT_LT(result.littles_law_error(), 0.001);
}

LoadResult run(const LoadPlan& plan, const RunControl& control = {}) {
  auto result = run_load(plan, control);
  EXPECT_TRUE(result) << result.error().what;
  if (!result) return {};
  expect_identities(*result);
  return std::move(*result);
}

void expect_only_error(const LoadResult& result, ErrorClass error, std::uint64_t count) {
  EXPECT_EQ(errors(result, error), count);
  EXPECT_EQ(result.error_count(), count);
  EXPECT_FALSE(result.offences.empty());
}

TEST(Load, ByCountIsExact) {
  std::atomic<int> served = 0;
  ScriptedServer server([&](Peer& peer) {
    while (peer.read_request()) ++served, peer.send(answer("hello"));
  });
  const LoadResult result = run(counted(server.url(), 1001, 7, 3));
  EXPECT_EQ(served, 1001);
  EXPECT_EQ(result.started, 1001u);
  EXPECT_EQ(result.succeeded, 1001u);
  EXPECT_EQ(result.completed_in_window, 1001u);
  EXPECT_EQ(result.status, (std::map<int, std::uint64_t>{{200, 1001}}));
  EXPECT_EQ(result.bytes_received, 1001 * answer("hello").size());
  EXPECT_EQ(result.bytes_received_in_window, result.bytes_received);
  EXPECT_EQ(result.connections_opened, 7u);
  EXPECT_EQ(result.threads.size(), 3u);
  EXPECT_GT(result.duration_s, 0);
  EXPECT_GT(result.max_rss_bytes, 0);
}

TEST(Load, FewerRequestsThanConnectionsOpenNoMoreThanThey) {
  ScriptedServer server(always(answer("x")));
  const LoadResult result = run(counted(server.url(), 3, 10, 4));
  EXPECT_EQ(result.succeeded, 3u);
  EXPECT_EQ(result.connections_opened, 3u);
}

TEST(Load, ByCountForEachConnectionIsExact) {
  std::mutex mutex;
  std::vector<int> served;
  std::optional<ScriptedServer> server(std::in_place, [&](Peer& peer) {
    int count = 0;
    while (peer.read_request()) ++count, peer.send(answer("x"));
    const std::lock_guard lock(mutex);
    if (count > 0) served.push_back(count);  // the probing connection sends nothing
  });
  LoadPlan plan = counted(server->url(), 0, 5, 2);
  plan.requests.reset();
  plan.requests_per_connection = 3;
  const LoadResult result = run(plan);
  server.reset();
  EXPECT_EQ(result.succeeded, 15u);
  EXPECT_EQ(result.connections_opened, 5u);
  EXPECT_EQ(served, std::vector<int>(5, 3));
}

TEST(Load, ByDurationCountsTheWindowOnly) {
  std::atomic<std::uint64_t> served = 0;
  ScriptedServer server([&](Peer& peer) {
    while (peer.read_request()) {
      ++served;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      peer.send(answer("x"));
    }
  });
  LoadPlan plan;
  plan.url = server.url();
  plan.settle_s = 0.15;
  plan.duration_s = 0.4;
  const LoadResult result = run(plan);
  EXPECT_EQ(result.duration_s, 0.4);
  EXPECT_GT(result.succeeded, 0u);
  EXPECT_LT(result.started, served);  // what settled is not counted
  EXPECT_EQ(result.succeeded, result.started);
  EXPECT_LE(result.completed_in_window, result.started + plan.connections);
  EXPECT_GE(result.latency.min(), 2000);
  EXPECT_NEAR(result.concurrency_mean, 10, 1);
  EXPECT_GT(result.threads.front().max, 0);
  EXPECT_GT(result.wall_s, 0.3);
}

TEST(Load, AnAnswerAfterTheWindowIsWaitedFor) {
  ScriptedServer server([&](Peer& peer) {
    while (peer.read_request()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(400));
      peer.send(answer("x"));
    }
  });
  LoadPlan plan = counted(server.url(), 0, 2, 1);
  plan.requests.reset();
  plan.duration_s = 0.1;
  const LoadResult result = run(plan);
  EXPECT_EQ(result.succeeded, 2u);
  EXPECT_EQ(result.completed_in_window, 0u);
  EXPECT_GE(result.drain_s, 0.2);
  EXPECT_GE(result.latency.min(), 400'000);
}

TEST(Load, StopsEarlyWhenAskedAndReports) {
  ScriptedServer server(always(answer("x")));
  LoadPlan plan;
  plan.url = server.url();
  plan.duration_s = 3600;
  bool progressed = false;
  RunControl control;
  control.on_progress = [&](const LoadProgress& progress) {
    progressed = progressed || progress.completed > 0;
  };
  control.stop_asked = [&] { return progressed; };
  const LoadResult result = run(plan, control);
  EXPECT_TRUE(result.interrupted);
  EXPECT_LT(result.duration_s, 3600);
  EXPECT_GT(result.succeeded, 0u);
  EXPECT_FALSE(result.series.empty());
}

TEST(Load, WhatIsStillWaitingWhenStoppedIsUnanswered) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_close(); });
  LoadPlan plan = counted(server.url(), 8, 2, 1);
  plan.timeout_s = 600;
  RunControl control;
  control.stop_asked = [] { return true; };
  const LoadResult result = run(plan, control);
  EXPECT_EQ(result.started, 2u);
  EXPECT_EQ(result.unanswered, 2u);
  EXPECT_EQ(result.connections_never_served, 2u);
}

TEST(Load, LatencyIsWaitingForTheLastByteAndFirstByteForTheFirst) {
  ScriptedServer server([](Peer& peer) {
    while (peer.read_request()) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      peer.send("b");
    }
  });
  const LoadResult result = run(counted(server.url(), 4, 2, 1));
  EXPECT_EQ(result.succeeded, 4u);
  EXPECT_GE(result.latency.min(), 60'000);
  EXPECT_LT(result.first_byte.min(), result.latency.min());
}

TEST(Load, ReconnectsAfterConnectionClose) {
  ScriptedServer server(always("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"));
  const LoadResult result = run(counted(server.url(), 6, 2, 1));
  EXPECT_EQ(result.succeeded, 6u);
  EXPECT_EQ(result.connections_opened, 6u);
  EXPECT_EQ(result.closed_by_server_idle, 0u);
}

TEST(Load, ReadsABodyUpToTheClose) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request()) peer.send("HTTP/1.0 200 OK\r\n\r\nall of it");
  });
  LoadPlan plan = counted(server.url(), 3, 1, 1);
  plan.checks = {{Check::Kind::body_equals, "", "all of it"}};
  EXPECT_EQ(run(plan).succeeded, 3u);
}

TEST(Load, AKeptConnectionThatTheServerClosesIsCountedApart) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request()) peer.send(answer("x"));
  });
  const LoadResult result = run(counted(server.url(), 9, 1, 1));
  EXPECT_EQ(result.succeeded, 9u);
  EXPECT_EQ(result.error_count(), 0u);
  EXPECT_EQ(result.closed_by_server_idle, 8u);
  EXPECT_EQ(result.connections_opened, 9u);
}

TEST(Load, ARequestThatMeetsTheCloseTwiceIsAnError) {
  std::atomic<int> requests = 0;
  ScriptedServer server(
      [&](Peer& peer) {  // answers one request, then swallows one on this and the next connection
        while (peer.read_request()) {
          if (++requests != 1) return;
          peer.send(answer("x"));
        }
      });
  const LoadResult result = run(counted(server.url(), 2, 1, 1));
  EXPECT_EQ(result.succeeded, 1u);
  EXPECT_EQ(result.closed_by_server_idle, 1u);
  expect_only_error(result, ErrorClass::closed, 1);
  EXPECT_EQ(requests, 3);
}

TEST(Load, StatusesThatAreNotAcceptedAreErrorsOfWholeAnswers) {
  ScriptedServer server(always(answer("oh no", "500 Internal Server Error")));
  LoadPlan plan = counted(server.url(), 10, 2, 1);
  const LoadResult result = run(plan);
  EXPECT_EQ(result.completed, 10u);
  EXPECT_EQ(result.succeeded, 0u);
  EXPECT_EQ(result.connections_opened, 2u);
  expect_only_error(result, ErrorClass::status, 10);
  EXPECT_EQ(result.offences.front().answer, answer("oh no", "500 Internal Server Error"));
  plan.accepted_status = {500};
  EXPECT_EQ(run(plan).succeeded, 10u);
}

TEST(Load, ChecksLookAtTheWholeBodyHoweverItCame) {
  std::string body(200'000, 'a');
  body += "end";
  ScriptedServer server(always(answer(body)));
  LoadPlan plan = counted(server.url(), 5, 2, 1);
  plan.checks = {{Check::Kind::body_equals, "", body},
                 {Check::Kind::header_equals, "content-length", "200003"}};
  EXPECT_EQ(run(plan).succeeded, 5u);
  plan.checks.push_back({Check::Kind::body_contains, "", "END"});
  const LoadResult result = run(plan);
  expect_only_error(result, ErrorClass::check, 5);
  EXPECT_EQ(result.completed, 5u);
  EXPECT_EQ(result.offences.front().answer, answer(body).substr(0, 64 * 1024));
}

TEST(Load, HeadHasNoBody) {
  ScriptedServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  LoadPlan plan = counted(server.url(), 4, 2, 1);
  plan.method = "HEAD";
  EXPECT_EQ(run(plan).succeeded, 4u);
}

TEST(Load, SendsLargeBodiesWhole) {
  constexpr std::size_t kSize = 3'000'000;
  ScriptedServer server([](Peer& peer) {
    while (peer.read_request()) {  // the body ends in an empty line as well
      if (!peer.read_request()) return;
      peer.send(answer("got it"));
    }
  });
  LoadPlan plan = counted(server.url(), 4, 2, 1);
  plan.method = "POST";
  plan.body = std::string(kSize - 4, 'b') + "\r\n\r\n";
  const LoadResult result = run(plan);
  EXPECT_EQ(result.succeeded, 4u);
  EXPECT_GT(result.bytes_sent, 4 * kSize);
}

TEST(Load, AnEarlyAnswerToALargeBodyCounts) {
  ScriptedServer server([](Peer& peer) {
    if (!peer.read_request()) return;
    peer.send("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_close();
  });
  LoadPlan plan = counted(server.url(), 2, 1, 1);
  plan.method = "POST";
  plan.body = std::string(30'000'000, 'b');
  plan.accepted_status = {413};
  EXPECT_EQ(run(plan).succeeded, 2u);
}

TEST(Load, AServerThatStopsListeningMidwayGivesConnectErrors) {
  auto server = std::make_unique<ScriptedServer>([](Peer& peer) {
    if (peer.read_request()) peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  LoadPlan plan = counted(server->url(), 0, 2, 1);
  plan.requests.reset();
  plan.duration_s = 0.9;
  RunControl control;
  control.on_progress = [&](const LoadProgress&) { server.reset(); };
  const LoadResult result = run(plan, control);
  EXPECT_GT(result.succeeded, 0u);
  EXPECT_GT(errors(result, ErrorClass::connect), 0u);
  EXPECT_LT(errors(result, ErrorClass::connect),
            200u);  // the back-off: at most one in 10 ms at first, then in 100 ms
}

struct Misbehaviour {
  const char* name;
  std::function<void(Peer&)> serve;
  ErrorClass error;
};

TEST(Load, EachMisbehaviourHasItsOwnClass) {
  const auto after_a_request = [](std::string bytes, bool reset) {
    return [=](Peer& peer) {
      if (!peer.read_request()) return;
      if (reset) peer.reset_at_close();
      peer.send(bytes);
      // The client must have read what was sent: a reset throws away what is on its way.
      if (reset) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    };
  };
  const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
  for (const Misbehaviour& wrong : {
           Misbehaviour{"closed unanswered", after_a_request("", false), ErrorClass::closed},
           Misbehaviour{"closed in the header", after_a_request("HTTP/1.1 200 OK\r\nA:", false),
                        ErrorClass::closed},
           Misbehaviour{"closed in the body", after_a_request(half, false), ErrorClass::closed},
           Misbehaviour{"reset unanswered", after_a_request("", true), ErrorClass::reset},
           Misbehaviour{"reset in the body", after_a_request(half, true), ErrorClass::reset},
           Misbehaviour{"garbage", after_a_request("garbage\r\n", false), ErrorClass::protocol},
           Misbehaviour{"two answers", after_a_request(answer("x") + answer("x"), false),
                        ErrorClass::protocol},
           Misbehaviour{"a longer body", after_a_request(answer("x") + "y", false), ErrorClass::protocol},
           Misbehaviour{"a greeting", [](Peer& peer) { peer.send("220 hello\r\n"), peer.wait_for_close(); },
                        ErrorClass::protocol},
           Misbehaviour{"silence", [](Peer& peer) { peer.wait_for_close(); }, ErrorClass::timeout},
           Misbehaviour{"a stall",
                        [=](Peer& peer) { peer.read_request(), peer.send(half), peer.wait_for_close(); },
                        ErrorClass::timeout},
       }) {
    SCOPED_TRACE(wrong.name);
    ScriptedServer server(wrong.serve);
    LoadPlan plan = counted(server.url(), 6, 2, 2);
    if (wrong.error == ErrorClass::timeout) plan.timeout_s = 0.05;
    const LoadResult result = run(plan);
    EXPECT_EQ(result.started, 6u);
    expect_only_error(result, wrong.error, 6);
    EXPECT_EQ(result.connections_opened, 6u);
    EXPECT_EQ(result.connections_never_served, 6u);
    if (wrong.error == ErrorClass::timeout) {
      EXPECT_GE(result.latency.min(), 50'000);
    }
  }
}

TEST(Load, MistakesAreFoundBeforeAnyLoad) {
  LoadPlan plan = counted("http://127.0.0.1:1/", 1);
  auto refused = run_load(plan);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::unreachable);
  EXPECT_NE(refused.error().what.find("127.0.0.1:1"), std::string::npos);

  plan.url = "http://no-such-name.invalid/";
  auto unresolved = run_load(plan);
  ASSERT_FALSE(unresolved);
  EXPECT_EQ(unresolved.error().kind, Error::Kind::unreachable);
  EXPECT_NE(unresolved.error().what.find("does not resolve"), std::string::npos);

  ScriptedServer server(always(answer("x")));
  plan = counted(server.url(), 1);
  plan.cpus = {1000};
  auto unpinned = run_load(plan);
  ASSERT_FALSE(unpinned);
  EXPECT_EQ(unpinned.error().kind, Error::Kind::limits);

  plan = counted(server.url(), 1);
  plan.connections = 0;
  EXPECT_EQ(run_load(plan).error().kind, Error::Kind::bad_plan);
}

TEST(Load, TheLimitOfOpenFilesIsRaisedOrTold) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlim_t hard = std::min<rlim_t>(before.rlim_max, 2048);
  if (hard < 512) GTEST_SKIP() << "the hard limit is too low to show it";
  ScriptedServer server(always(answer("x")));
  LoadPlan plan = counted(server.url(), 300, 60, 1);

  const rlimit low{.rlim_cur = 64, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  plan.connections = static_cast<unsigned>(std::min<rlim_t>(before.rlim_max, 1'000'000));
  if (plan.connections == before.rlim_max) {
    const auto refused = run_load(plan);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::limits);
    EXPECT_NE(refused.error().remedy.find("ulimit"), std::string::npos);
  }
  plan.connections = 60;
  EXPECT_EQ(run(plan).succeeded, 300u);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Load, PinsItsThreads) {
  ScriptedServer server(always(answer("x")));
  LoadPlan plan = counted(server.url(), 100, 4, 2);
  plan.cpus = {0};
  EXPECT_EQ(run(plan).succeeded, 100u);
}

}  // namespace
}  // namespace shootout::engine
