#include "engine/load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/load_testing.h"
#include "engine/scripted_server.h"

namespace shootout::engine {
namespace {

using testing::always;
using testing::answer;
using testing::counted;
using testing::errors;
using testing::expect_only_error;
using testing::Peer;
using testing::run;
using testing::ScriptedServer;

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
  plan.mix[0].method = "HEAD";
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
  plan.mix[0].method = "POST";
  plan.mix[0].body.text = std::string(kSize - 4, 'b') + "\r\n\r\n";
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
  plan.mix[0].method = "POST";
  plan.mix[0].body.text = std::string(30'000'000, 'b');
  plan.accepted_status = {413};
  EXPECT_EQ(run(plan).succeeded, 2u);
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
